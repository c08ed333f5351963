#pragma once

#include "common/cli/context.hpp"
#include "common/snapshot/catalog.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Where a snapshot stands, as one who waits for it needs it.
enum class Standing { running, complete, failed, dead };

struct Stand {
    Standing standing = Standing::running;
    std::string heartbeat{};   ///< while it runs
    bool looks_silent = false; ///< by the two machines' clocks
    std::string problem{};
    bool proven = true; ///< false for a complete stream whose producer nobody checked
};

/// Looks once. Errors: not_found when there is no such snapshot and never was a run of it; as the store.
[[nodiscard]] Result<Stand> look_at(snapshot::Catalog const& catalog, std::string const& id, time::Wall now);

/// Looks until the snapshot is complete, failed or dead. Dead is a heartbeat that stays the same: for three intervals
/// by our own clock where it looks old already, for `k_heartbeat_limit` otherwise, whatever the other machine's clock
/// says. Errors: as `look_at`; timed_out after `limit`; interrupted.
[[nodiscard]] Result<Stand> wait_for_end(snapshot::Catalog const& catalog, std::string const& id,
                                         std::optional<std::chrono::milliseconds> limit, time::Clock& clock);

/// The verb.
[[nodiscard]] Result<cli::ExitCode> wait(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
