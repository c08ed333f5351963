#pragma once

#include "tools/split-check/sql_parse.hpp"

#include <string>

namespace sluice::split_check {

/// Whether PostgreSQL wants the statement outside transactions for its CONCURRENTLY.
[[nodiscard]] bool is_concurrent(SqlStatement const& statement);

/// Whether a setting limits how long a lock is waited for.
[[nodiscard]] bool is_timeout(std::string const& name);
/// Whether a SET gives a limit; zero is none.
[[nodiscard]] bool sets_timeout(SqlStatement const& statement);

/// Kinds of TransactionStmt.
[[nodiscard]] bool is_begin(std::string const& kind);
[[nodiscard]] bool is_end(std::string const& kind);

/// Of DO and CREATE FUNCTION.
[[nodiscard]] std::string body_of(SqlStatement const& statement);
[[nodiscard]] std::string language_of(SqlStatement const& statement);

} // namespace sluice::split_check
