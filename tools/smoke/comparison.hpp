#pragma once

#include "common/json/forward.hpp"
#include "tools/smoke/compare_file.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice::smoke {

struct FieldDifference {
    std::string field{};
    std::string left{}; ///< as JSON, cut to a few hundred bytes; empty: not there
    std::string right{};
};

struct Difference {
    std::string key{};
    std::string kind{}; ///< "only left", "only right", "changed"
    std::vector<FieldDifference> fields{};
};

/// What came of one query or request to both sides.
struct Comparison {
    std::string id{};
    std::uint64_t left_rows = 0;
    std::uint64_t right_rows = 0;
    std::uint64_t same = 0;
    std::uint64_t changed = 0;
    std::uint64_t only_left = 0;
    std::uint64_t only_right = 0;
    std::vector<Difference> sample{};
    std::string problem{}; ///< why nothing can be said; empty: it can
    [[nodiscard]] bool differs() const { return changed + only_left + only_right > 0; }
};

/// One row of one side, as it comes.
struct KeyedRow {
    std::vector<std::string> key{};
    std::string fields{}; ///< a JSON object
};

/// The next row of a side, in the order of the keys' bytes; nothing at the end.
using NextRow = std::function<Result<std::optional<KeyedRow>>()>;

/// Merges two sorted streams; at any time one row of each is held. Errors: bad_data for a key that comes twice or out
/// of order, or fields that are no JSON; whatever the streams return.
[[nodiscard]] Result<void> merge_rows(NextRow const& left, NextRow const& right, Leniency const& leniency,
                                      std::size_t most_shown, Comparison& comparison);

/// Compares two documents field by field. Lists are compared by place, the one that the request names by its key.
[[nodiscard]] Result<void> compare_documents(Json const& left, Json const& right, RequestPair const& request,
                                             std::size_t most_shown, Comparison& comparison);

/// A row of COPY's text format: its fields without their escapes. Errors: bad_data for a NULL, which no key may be.
[[nodiscard]] Result<KeyedRow> parse_copy_row(std::string_view line, std::size_t key_columns);

/// Both sides of a query, read at the same time, each row only as long as it is looked at. Blocks until both are read.
[[nodiscard]] Comparison compare_query(QueryPair const& query, Side const& left, Side const& right,
                                       std::size_t most_shown);

/// Both sides of a request.
[[nodiscard]] Comparison compare_request(RequestPair const& request, Side const& left, Side const& right,
                                         http::Client& client, std::size_t most_shown);

} // namespace sluice::smoke
