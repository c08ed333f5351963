#pragma once

#include "tools/split-check/sql_judge.hpp"

namespace sluice::split_check {

/// ADD COLUMN, rules 5 to 13. `column` is the ColumnDef.
void judge_add_column(StatementJudge& judge, std::string const& table, Json const& column);

/// ALTER COLUMN … TYPE, rule 14.
void judge_change_type(StatementJudge& judge, std::string const& table, Json const& command);

/// What a default's expression is. Functions that nobody knows count as volatile: that is the side that rewrites.
[[nodiscard]] bool is_volatile(Json const& expression);

} // namespace sluice::split_check
