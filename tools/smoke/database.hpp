#pragma once

#include "common/postgres/session.hpp"
#include "tools/smoke/probe_result.hpp"

#include <memory>
#include <string>

namespace sluice::smoke {

/// A connection with the role's and the database's own settings, inside a read-only transaction whose statements end
/// after `timeout`. Errors as `postgres::connect`.
[[nodiscard]] Result<std::unique_ptr<postgres::Session>>
open_read_only(postgres::ConnectionParameters const& connection, std::string const& purpose,
               std::chrono::milliseconds timeout);

/// The settings of such a transaction, beginning with BEGIN.
[[nodiscard]] std::string read_only_transaction(std::chrono::milliseconds timeout);

/// The statement without blanks and semicolons behind it.
[[nodiscard]] std::string without_end(std::string sql);

/// A refused login or a missing right is unknown, everything else that the server says is a failed check.
[[nodiscard]] ProbeResult failed_query(Error const& error);

} // namespace sluice::smoke
