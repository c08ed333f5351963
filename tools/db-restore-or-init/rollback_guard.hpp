#pragma once

#include "common/ci/pipeline.hpp"
#include "common/snapshot/manifest.hpp"
#include "tools/db-restore-or-init/target_facts.hpp"

#include <string>

namespace sluice::db_restore {

struct RollbackRequest {
    std::string to;         ///< as the user wrote it: `latest` or an id
    std::string production; ///< the system identifier that the user stated; empty for none
    ci::Pipeline pipeline{};
};

/// Whether the target may be put back to this snapshot. Pure: judges by what the server, the store and the CI system
/// state. A stage may go back to a snapshot of itself or to the one it was made from. Production may go back to a
/// snapshot of itself that this pipeline took or that was named by its id, with its system identifier stated. A
/// database that nothing is said of is not put back. Errors: refused, with the fact; denied, with the GRANT.
[[nodiscard]] Result<void> check_rollback(TargetFacts const& target, snapshot::Manifest const& snapshot,
                                          RollbackRequest const& request);

/// Whether the target says that it is production, in either way of saying it. Pure.
[[nodiscard]] bool says_production(ExistingTarget const& existing);

} // namespace sluice::db_restore
