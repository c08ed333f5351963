#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/split-check/options.hpp"

namespace sluice::split_check {

/// Does what the options say. Errors: usage (also for a configuration file), unknown when no range can be told; the
/// report files are written then too.
[[nodiscard]] Result<cli::ExitCode> run(Options const& options, cli::Context& context);

} // namespace sluice::split_check
