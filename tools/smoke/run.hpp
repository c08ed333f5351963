#pragma once

#include "common/cli/context.hpp"
#include "tools/smoke/options.hpp"

namespace sluice::smoke {

/// Does what the verb says. Errors: those of reading checks and writing reports; a failed check is an exit code.
[[nodiscard]] Result<cli::ExitCode> run(Options const& options, cli::Context& context);

} // namespace sluice::smoke
