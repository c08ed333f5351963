#pragma once

#include "common/process/runner.hpp"
#include "tools/gate-wait/observation.hpp"

#include <map>

namespace sluice::gate_wait {

struct CommandSpec {
    std::vector<std::string> command{};
    std::map<std::string, std::string> environment{};
    std::string directory{};
};

/// Runs a condition's command; its output is kept up to 16 MiB. Errors: not_found (no such program), timed_out,
/// bad_data (more output), interrupted.
[[nodiscard]] Result<process::Outcome> run_command(CommandSpec const& spec, std::chrono::milliseconds limit,
                                                   process::Runner& runner);

/// What the exit code says: 0 open, 1 and others closed; 3 unknown, as in all our tools; unknown too where the command
/// itself did not run (126, 127, a signal). The first line of its output is what was seen.
[[nodiscard]] Observation told_by_exit(process::Outcome const& outcome);

} // namespace sluice::gate_wait
