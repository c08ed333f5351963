#pragma once

#include "tools/split-check/sql_judge.hpp"

#include <string_view>

namespace sluice::split_check {

/// Judges a migration that is not written in SQL by the names of its framework's methods. Never better than `review`,
/// and unknown when no known method is called. SQL in constant texts is judged as SQL.
[[nodiscard]] SqlReport scan_methods(std::string_view text, SqlSettings const& settings, SchemaState& state);

} // namespace sluice::split_check
