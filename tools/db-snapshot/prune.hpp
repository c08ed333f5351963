#pragma once

#include "common/cli/context.hpp"
#include "tools/db-snapshot/chunk_sweep.hpp"
#include "tools/db-snapshot/options.hpp"
#include "tools/db-snapshot/store_survey.hpp"

#include <set>

namespace sluice::db_snapshot {

/// A snapshot with what became of it.
struct PrunedSnapshot {
    Surveyed seen{};
    Verdict verdict{};
    bool removed = false; ///< in a dry run: would be
};

/// Keeps what belongs to a bundle of which something is kept, here or (`elsewhere`) under names that are not pruned.
void keep_bundles_whole(std::vector<PrunedSnapshot>& snapshots, std::set<std::string> elsewhere);

struct PruneReport {
    std::vector<PrunedSnapshot> snapshots{};
    ChunkCount released{}; ///< chunks that no remaining snapshot lists; counted in a dry run only
    SweepReport sweep{};
    std::size_t leftovers = 0;     ///< files of interrupted writes
    std::vector<Error> failures{}; ///< what could not be removed, chunks too
};

/// Removes the snapshots of `names` that no rule keeps, then chunks that nobody needs: common/DECISIONS.md, 60. Goes on
/// after what cannot be removed. Errors: where it cannot be told what may be removed; then nothing was.
[[nodiscard]] Result<PruneReport> prune_store(store::Store& store, std::vector<std::string> const& names,
                                              PruneRules const& rules, time::Clock& clock);

/// The verb.
[[nodiscard]] Result<cli::ExitCode> prune(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
