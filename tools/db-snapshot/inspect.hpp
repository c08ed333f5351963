#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "common/snapshot/catalog.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// The database's name to work with: the one given, else the only one in the store. Errors: usage, naming them all.
[[nodiscard]] Result<std::string> chosen_name(store::Store& store, std::string const& given);

/// All snapshots of the store, or of one name.
[[nodiscard]] Result<cli::ExitCode> list(Options const& options, cli::Context& context);

/// What a complete snapshot holds.
[[nodiscard]] Result<cli::ExitCode> show(Options const& options, cli::Context& context);

/// Prints running, complete, failed or dead. Exit code: ok when complete, temporary while running, no otherwise.
[[nodiscard]] Result<cli::ExitCode> status(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
