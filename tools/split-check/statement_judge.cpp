#include "tools/split-check/sql_judge.hpp"
#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <array>

namespace sluice::split_check {

namespace {

// Rules whose harm is the time a lock is held: for a small table that time is nothing.
constexpr std::array<int, 9> k_harm_is_size{rule::add_column_volatile_default,
                                            rule::add_serial_column,
                                            rule::add_generated_column,
                                            rule::add_column_check,
                                            rule::create_index,
                                            rule::drop_index,
                                            rule::rewrite_table,
                                            rule::refresh_view,
                                            rule::add_column_references};
// A table of that size is read in well under a second, so its lock is not noticed.
constexpr std::uint64_t k_small_table_bytes = std::uint64_t{10} * 1024 * 1024;

} // namespace

void StatementJudge::lock(Lock lock, std::string const& table) {
    auto& held = m_locks[table];
    held = std::max(held, lock);
}

void StatementJudge::note(Note note) {
    std::string const table = note.object.substr(0, note.object.rfind('.'));
    auto const size = m_settings.table_bytes.find(m_settings.table_bytes.contains(note.object) ? note.object : table);
    bool const small = size != m_settings.table_bytes.end() && size->second < k_small_table_bytes;
    bool const about_size = std::find(k_harm_is_size.begin(), k_harm_is_size.end(), note.rule) != k_harm_is_size.end();
    if (small && about_size && note.safety == Safety::unsafe) {
        note.safety = Safety::review;
        note.what += " (the table is small)";
    }
    phase(note.phase);
    m_notes.push_back(std::move(note));
}

std::size_t StatementJudge::offset_of(std::string const& word) {
    std::size_t const point = word.rfind('.');
    std::string const last = point == std::string::npos ? word : word.substr(point + 1);
    std::size_t const found = find_word(m_statement.text, last, m_cursor);
    if (found == std::string_view::npos) {
        return 0;
    }
    m_cursor = found + last.size() + (m_statement.text[found] == '"' ? 2 : 0);
    return found;
}

std::size_t StatementJudge::location(Json const& node) {
    Json const& place = at(node, "location");
    return place.is_number_unsigned() ? place.get<std::size_t>() : 0;
}

std::string_view name_of(Lock lock) {
    constexpr std::array<std::string_view, 5> names{"", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE",
                                                    "ACCESS EXCLUSIVE"};
    return names.at(static_cast<std::size_t>(lock));
}

std::string lock_text(std::map<std::string, Lock> const& locks) {
    std::string text;
    for (auto const& [table, lock] : locks) {
        if (lock != Lock::none) {
            text += (text.empty() ? "" : ", ") + std::string(name_of(lock)) + " on " + table;
        }
    }
    return text;
}

} // namespace sluice::split_check
