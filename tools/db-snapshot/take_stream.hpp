#pragma once

#include "common/cli/context.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Takes a snapshot of what a command prints, or of what comes in on stdin. A command that fails leaves no snapshot; of
/// a pipe's producer nobody here knows whether it did, so its snapshot is marked and never becomes `latest`.
[[nodiscard]] Result<cli::ExitCode> take_stream(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
