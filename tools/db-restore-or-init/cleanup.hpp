#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-restore-or-init/options.hpp"

namespace sluice::db_restore {

/// The verb: drops what interrupted restores of the target left behind, and templates that were never finished; all
/// templates with `--templates`. Errors: temporary while a restore of this target runs.
[[nodiscard]] Result<cli::ExitCode> clean_up(Options const& options, cli::Context& context);

} // namespace sluice::db_restore
