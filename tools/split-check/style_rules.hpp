#pragma once

#include "tools/split-check/sql_judge.hpp"

namespace sluice::split_check {

/// Rule 40: matters of style, each a safe finding. Off by default.
[[nodiscard]] std::vector<Note> style_notes(SqlStatement const& statement);

} // namespace sluice::split_check
