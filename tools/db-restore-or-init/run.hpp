#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-restore-or-init/options.hpp"

namespace sluice::db_restore {

/// Does what the options say. The answer `own_no` (10): there is nothing to restore and the policy says stop.
[[nodiscard]] Result<cli::ExitCode> run(Options const& options, cli::Context& context);

} // namespace sluice::db_restore
