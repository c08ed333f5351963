#pragma once

#include "common/cli/context.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::snapshot {
class Catalog;
}

namespace sluice::db_snapshot {

/// Pins, and makes sure that no prune has begun to remove it: waits ten seconds for one that has. Errors: not_found
/// when there is nothing to pin, or it has just been removed; temporary when that prune does not end, the pin stays
/// then.
[[nodiscard]] Result<void> pin_snapshot(snapshot::Catalog const& catalog, std::string const& id, time::Clock& clock);

/// The verbs.
[[nodiscard]] Result<cli::ExitCode> pin(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> unpin(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
