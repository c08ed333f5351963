#pragma once

#include "common/postgres/connection.hpp"
#include "common/process/runner.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// Errors: usage, naming the first file that cannot be read.
[[nodiscard]] Result<void> check_readable(std::vector<std::string> const& files);

/// Runs the files one after the other through psql in the database of `parameters`, stopping at the first error of any.
/// Their output goes to stderr. Errors: not_found with the file, interrupted.
[[nodiscard]] Result<void> run_sql_files(process::Runner& runner, postgres::ConnectionParameters const& parameters,
                                         std::vector<std::string> const& files);

/// Runs a shell command that finds the database of `parameters` in PG* variables and in SLUICE_TARGET_URL, and sees
/// `variables` too. Errors: not_found with its exit code, temporary for 75, interrupted.
[[nodiscard]] Result<void> run_command(process::Runner& runner, postgres::ConnectionParameters const& parameters,
                                       std::map<std::string, std::string> const& variables, std::string const& command);

/// The same for a migration, killed with all its children when `limit` passes. False when it was. Errors: as
/// `run_command`.
[[nodiscard]] Result<bool> run_command_for(process::Runner& runner, postgres::ConnectionParameters const& parameters,
                                           std::string const& stage, std::string const& command,
                                           std::optional<std::chrono::milliseconds> limit);

/// A URI for the same database, the password included. Pure.
[[nodiscard]] std::string url_of(postgres::ConnectionParameters const& parameters);

} // namespace sluice::db_restore
