#pragma once

#include "common/ci/pipeline.hpp"
#include "common/snapshot/manifest.hpp"
#include "tools/db-restore-or-init/loss_report.hpp"
#include "tools/db-restore-or-init/target_facts.hpp"

#include <string>
#include <vector>

namespace sluice::db_restore {

/// What a database that was put back says of it.
struct RollbackRecord {
    std::string when;
    std::vector<TableLoss> accepted{};
    std::vector<std::string> rescued{}; ///< a line for each table
    ci::Pipeline pipeline{};
};

/// The mark of a database that was put back. One that people marked stays so marked. A stage keeps saying where its
/// data first came from, whether it was masked and whether it began empty: going back to a snapshot of itself changes
/// none of that. Pure. Errors: bad_data for provenance that cannot be read.
[[nodiscard]] Result<Json> marker_after_rollback(TargetFacts const& target, snapshot::Manifest const& snapshot,
                                                 RollbackRecord const& record);

} // namespace sluice::db_restore
