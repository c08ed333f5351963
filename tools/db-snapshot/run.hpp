#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Does what the options ask for; the result goes to `context.out`.
[[nodiscard]] Result<cli::ExitCode> run(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
