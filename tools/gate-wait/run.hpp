#pragma once

#include "common/cli/context.hpp"
#include "tools/gate-wait/options.hpp"

namespace sluice::gate_wait {

/// Does what the verb says. Errors: those of reading the gate and writing the record; a gate that does not open is an
/// exit code.
[[nodiscard]] Result<cli::ExitCode> run(Options const& options, cli::Context& context);

} // namespace sluice::gate_wait
