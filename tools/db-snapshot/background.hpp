#pragma once

#include "common/cli/context.hpp"
#include "tools/db-snapshot/options.hpp"

#include <functional>

namespace sluice::db_snapshot {

/// Does `work`, which takes a snapshot, in a process of its own. The caller's ends as soon as the snapshot has an id,
/// or with the failure of whatever comes before that.
[[nodiscard]] Result<cli::ExitCode>
in_background(Options const& options, cli::Context& context,
              std::function<Result<cli::ExitCode>(Options const&, cli::Context&)> const& work);

/// The log file of a run in the background: the given one, or a new one in TMPDIR. Absolute; empty in the foreground.
[[nodiscard]] std::string log_path(Options const& options, std::string const& id, ci::Environment const& environment);

/// In the background: lets the caller's process end with the id. In the foreground does nothing.
[[nodiscard]] Result<void> let_caller_go(Options const& options, std::string const& name, std::string const& id,
                                         std::string const& log);

} // namespace sluice::db_snapshot
