#pragma once

#include "common/result/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshot {

/// Rows of one table that differ between two moments.
struct RowChanges {
    std::uint64_t inserted = 0; ///< only in the later state
    std::uint64_t updated = 0;  ///< in both, with another content
    std::uint64_t deleted = 0;  ///< only in the earlier state

    [[nodiscard]] bool any() const { return inserted + updated + deleted > 0; }
};

/// Where a row's key and content are among its columns, counted from 0. Without a key the whole content is the key, so
/// that a changed row counts as one deleted and one inserted.
struct RowShape {
    std::vector<std::size_t> key;
    std::vector<std::size_t> content;
};

/// Holds the earlier state of one table, 32 bytes a row whatever its width, and compares the later one as it streams
/// by. Rows are COPY text with or without their line feed. Keys are told apart by 128 bits of XXH3. One thread.
class RowDifference {
  public:
    RowDifference(RowShape before, RowShape now) : m_before(std::move(before)), m_now(std::move(now)) {}

    void add_before(std::string_view row);
    /// After the last `add_before`. A `touched` row counts as updated even where its content is the same.
    void add_now(std::string_view row, bool touched = false);
    /// After the last `add_now`.
    [[nodiscard]] RowChanges changes() const;

  private:
    struct Entry {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::uint64_t content = 0;
        std::uint64_t used = 0;
    };
    [[nodiscard]] Entry entry_of(std::string_view row, RowShape const& shape);

    RowShape m_before;
    RowShape m_now;
    std::vector<Entry> m_rows{};
    bool m_sorted = false;
    std::uint64_t m_matched = 0;
    std::uint64_t m_inserted = 0;
    std::uint64_t m_updated = 0;
    std::string m_buffer{};
    std::vector<std::string_view> m_fields{};
};

/// The columns of one row of COPY text; tabs inside a value are escaped there. Source: PostgreSQL manual, COPY, "Text
/// Format".
void split_row(std::string_view row, std::vector<std::string_view>& fields);

/// The chosen columns of a row, again as COPY text without a line feed.
void project_row(std::vector<std::string_view> const& fields, std::vector<std::size_t> const& columns,
                 std::string& text);

/// Cuts a stream of COPY text, which comes in pieces of any size, into rows.
class RowSplitter {
  public:
    explicit RowSplitter(std::function<Result<void>(std::string_view)> on_row) : m_on_row(std::move(on_row)) {}
    [[nodiscard]] Result<void> add(std::string_view piece);

  private:
    std::function<Result<void>(std::string_view)> m_on_row;
    std::string m_tail{};
};

} // namespace sluice::snapshot
