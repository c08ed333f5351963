#pragma once

#include "common/postgres/connection.hpp"
#include "common/result/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sluice::postgres {

/// What a caller can do about a server error, judged by its SQLSTATE. Source: PostgreSQL manual, appendix "PostgreSQL
/// Error Codes". A cancelled statement counts as interrupted when a stop was asked for.
[[nodiscard]] Errc kind_of_sqlstate(std::string_view sqlstate);

/// The error for a failed statement: message with SQLSTATE, and a hint for the classes a person can act on.
[[nodiscard]] Error statement_error(std::string_view sqlstate, std::string const& message);

/// Whether the error came from the server with this SQLSTATE.
[[nodiscard]] bool has_sqlstate(Error const& error, std::string_view sqlstate);

/// Why a connection cannot be made. libpq gives no SQLSTATE for a failed connection except inside its most verbose
/// message, so this connects once more with that verbosity. Blocks up to the connect timeout.
[[nodiscard]] Error connection_error(ConnectionParameters const& parameters);

/// The parameters with the settings that every connection of ours has: a connect timeout of 10 s where none is given,
/// TCP keepalives, an application name "sluice <purpose>".
[[nodiscard]] ConnectionParameters with_defaults(ConnectionParameters const& parameters, std::string const& purpose);

/// Makes a fresh connection ours: timeouts off that would kill long work, formats fixed, UTF-8, no schema in the path
/// but pg_catalog. `version` as PQserverVersion (150004 is 15.4). Errors: of `execute`.
[[nodiscard]] Result<void> apply_session_settings(std::function<Result<void>(std::string const&)> const& execute,
                                                  int version);

} // namespace sluice::postgres
