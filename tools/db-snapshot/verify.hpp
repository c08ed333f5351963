#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Reads every chunk against the manifest; with `restore_to` also restores into a scratch database there, compares
/// every table, and drops it. Exit code: ok when all is proved, no when the restored database differs.
/// Errors: bad_data for damage; as the server otherwise.
[[nodiscard]] Result<cli::ExitCode> verify(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
