#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-restore-or-init/options.hpp"
#include "tools/db-restore-or-init/policy.hpp"

#include <string>
#include <vector>

namespace sluice::db_restore {

/// What a policy's owners should look at, one sentence each: open questions, origins that can never be taken, starting
/// empty without anything to start with. Pure.
[[nodiscard]] std::vector<std::string> findings_of(Policy const& policy);

/// The verb: checks a policy file and prints what follows from it for each stage. Opens neither stores nor databases.
/// The answer is `no` where there are findings. Errors: usage for a file that is no policy.
[[nodiscard]] Result<cli::ExitCode> lint_policy(Options const& options, cli::Context& context);

} // namespace sluice::db_restore
