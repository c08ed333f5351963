#pragma once

#include "common/postgres/session.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace sluice::postgres {

/// A connection with the role's and the database's own settings, inside a read-only transaction whose statements end
/// after `timeout`. The connection must stand within it too, where the reference names no connect_timeout of its own.
/// Errors: as `connect`.
[[nodiscard]] Result<std::unique_ptr<Session>>
open_read_only(ConnectionParameters const& connection, std::string const& purpose, std::chrono::milliseconds timeout);

/// The settings of such a transaction, beginning with BEGIN.
[[nodiscard]] std::string read_only_transaction(std::chrono::milliseconds timeout);

/// The statement without blanks and semicolons behind it.
[[nodiscard]] std::string without_end(std::string sql);

} // namespace sluice::postgres
