#pragma once

#include "tools/split-check/sql_judge.hpp"

namespace sluice::split_check {

/// ADD, VALIDATE and DROP CONSTRAINT, rules 18 to 22. False when the command is none of them.
[[nodiscard]] bool judge_constraint_command(StatementJudge& judge, std::string const& table, std::string const& kind,
                                            Json const& command);

/// Foreign keys inside CREATE TABLE: they lock the tables they point at.
void judge_new_table_keys(StatementJudge& judge, std::string const& table, Json const& create);

} // namespace sluice::split_check
