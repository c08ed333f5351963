#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-restore-or-init/options.hpp"
#include "tools/db-restore-or-init/rollback_report.hpp"

namespace sluice::db_restore {

/// Puts the target of `options` back to `options.rollback.to`: keeps writers away, reads what would be lost, and where
/// that is agreed to snapshots the broken state, fills a database beside it, carries over what is to be rescued, and
/// swaps. Until the swap the target is untouched but for writers that wait. With `explain` it only looks.
/// Errors: refused, denied, not_found, temporary, and those of every step. A loss that is not agreed to is a result.
[[nodiscard]] Result<RollbackResult> do_rollback(Options const& options, cli::Context& context);

/// The verb. The answer `refused` (4): something would be lost.
[[nodiscard]] Result<cli::ExitCode> roll_back(Options const& options, cli::Context& context);

} // namespace sluice::db_restore
