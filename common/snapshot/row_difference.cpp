#include "common/snapshot/row_difference.hpp"

#include <algorithm>
#include <tuple>
#include <xxhash.h>

namespace sluice::snapshot {

RowDifference::Entry RowDifference::entry_of(std::string_view row, RowShape const& shape) {
    split_row(row, m_fields);
    project_row(m_fields, shape.content, m_buffer);
    std::uint64_t const content = XXH3_64bits(m_buffer.data(), m_buffer.size());
    if (!shape.key.empty()) {
        project_row(m_fields, shape.key, m_buffer);
    }
    XXH128_hash_t const key = XXH3_128bits(m_buffer.data(), m_buffer.size());
    return {key.high64, key.low64, content, 0};
}

void RowDifference::add_before(std::string_view row) { m_rows.push_back(entry_of(row, m_before)); }

void RowDifference::add_now(std::string_view row, bool touched) {
    auto const key = [](Entry const& entry) { return std::tie(entry.high, entry.low); };
    auto const order = [&](Entry const& a, Entry const& b) { return key(a) < key(b); };
    if (!m_sorted) {
        std::sort(m_rows.begin(), m_rows.end(), order);
        m_sorted = true;
    }
    Entry const entry = entry_of(row, m_now);
    auto const first = std::lower_bound(m_rows.begin(), m_rows.end(), entry, order);
    // Without a key, equal rows stand side by side; each of them answers for one, and the first one keeps count.
    auto const left = static_cast<std::uint64_t>(m_rows.end() - first);
    std::uint64_t const used = left > 0 ? first->used : 0;
    if (used >= left || key(*(first + static_cast<std::ptrdiff_t>(used))) != key(entry)) {
        ++m_inserted;
        return;
    }
    ++first->used;
    ++m_matched;
    m_updated += touched || (first + static_cast<std::ptrdiff_t>(used))->content != entry.content ? 1 : 0;
}

RowChanges RowDifference::changes() const { return {m_inserted, m_updated, m_rows.size() - m_matched}; }

void split_row(std::string_view row, std::vector<std::string_view>& fields) {
    fields.clear();
    if (!row.empty() && row.back() == '\n') {
        row.remove_suffix(1);
    }
    std::size_t begin = 0;
    while (true) {
        std::size_t const tab = row.find('\t', begin);
        fields.push_back(row.substr(begin, tab == std::string_view::npos ? tab : tab - begin));
        if (tab == std::string_view::npos) {
            return;
        }
        begin = tab + 1;
    }
}

void project_row(std::vector<std::string_view> const& fields, std::vector<std::size_t> const& columns,
                 std::string& text) {
    text.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        text += i == 0 ? "" : "\t";
        text += fields.at(columns[i]);
    }
}

Result<void> RowSplitter::add(std::string_view piece) {
    while (true) {
        std::size_t const end = piece.find('\n');
        if (end == std::string_view::npos) {
            m_tail += piece;
            return {};
        }
        if (m_tail.empty()) {
            TRY(m_on_row(piece.substr(0, end + 1)));
        } else {
            m_tail += piece.substr(0, end + 1);
            TRY(m_on_row(m_tail));
            m_tail.clear();
        }
        piece.remove_prefix(end + 1);
    }
}

} // namespace sluice::snapshot
