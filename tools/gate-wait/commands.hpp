#pragma once

#include "common/cli/context.hpp"
#include "tools/gate-wait/options.hpp"

namespace sluice::gate_wait {

/// One verb each.
[[nodiscard]] Result<cli::ExitCode> wait_at_gate(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> explain(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> lint(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> hold(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> answer(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> verify_record(Options const& options, cli::Context& context);

} // namespace sluice::gate_wait
