#pragma once

#include "tools/smoke/expectation.hpp"

#include <string>
#include <string_view>

namespace sluice::smoke {

/// Reads "status", "header:X", "json:/items/0" and so on, for a check of type `type` ("http", "tcp", "pg", "exec").
/// Errors: usage for one that such a check does not have, with "did you mean", or for a malformed argument.
[[nodiscard]] Result<Subject> parse_subject(std::string const& text, std::string_view type);

/// The row number and the column, by number or name, of a subject "cell:0,total".
struct CellAddress {
    std::size_t row = 0;
    std::string column{};
};
/// Errors: usage.
[[nodiscard]] Result<CellAddress> parse_cell(std::string const& argument);

} // namespace sluice::smoke
