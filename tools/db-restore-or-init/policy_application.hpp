#pragma once

#include "tools/db-restore-or-init/options.hpp"

namespace sluice::db_restore {

/// Reads the policy that the options name, if they name one, and fills in what it says of their stage: origins, what
/// to do where there is no data, how to start empty and how to make a copy harmless. Errors: usage.
[[nodiscard]] Result<void> apply_policy(Options& options, ci::Environment const& environment);

} // namespace sluice::db_restore
