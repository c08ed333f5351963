#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-restore-or-init/options.hpp"

namespace sluice::db_restore {

/// The verb: tries the way back before it is needed. Restores the protection into a scratch database, migrates it,
/// kills the migration half-way, backs out with the code of `rollback`, and holds the outcome against the protection;
/// all of it is dropped at the end. The answer is `no` when it differs, and `unknown` when the migration was over
/// before it could be killed. Errors: of every step.
[[nodiscard]] Result<cli::ExitCode> drill(Options const& options, cli::Context& context);

} // namespace sluice::db_restore
