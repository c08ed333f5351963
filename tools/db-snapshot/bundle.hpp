#pragma once

#include "common/cli/context.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// The verb: ties snapshots together, begun ones too.
[[nodiscard]] Result<cli::ExitCode> bundle(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
