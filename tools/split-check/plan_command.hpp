#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/split-check/options.hpp"
#include "tools/split-check/plan.hpp"

namespace sluice::split_check {

/// Reads the commits, makes the plan and prints it: exit 0 for a sound plan, 1 for a mixed commit or a state that
/// breaks, 12 when `strict` and a migration could not be read.
[[nodiscard]] Result<cli::ExitCode> run_plan(Options const& options, cli::Context& context);

} // namespace sluice::split_check
