#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/split-check/options.hpp"

namespace sluice::split_check {

/// Judges each file on its own, as a migration. Errors: not_found for a file that cannot be read.
[[nodiscard]] Result<cli::ExitCode> run_lint(Options const& options, cli::Context& context);

/// Prints which rule decides the class of each path.
[[nodiscard]] Result<cli::ExitCode> run_explain(Options const& options, cli::Context& context);

/// Finds the migration tools in use and writes the configuration. Errors: usage when there is one already.
[[nodiscard]] Result<cli::ExitCode> run_init(Options const& options, cli::Context& context);

} // namespace sluice::split_check
