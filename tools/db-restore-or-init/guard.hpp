#pragma once

#include "common/snapshot/inventory.hpp"
#include "tools/db-restore-or-init/target_facts.hpp"

#include <string>
#include <vector>

namespace sluice::db_restore {

/// A database that data would come from.
struct KnownSource {
    std::string origin; ///< as the user wrote it
    snapshot::Source source;
    bool live = false;
};

struct GuardRequest {
    std::string stage;
    bool adopt = false;
    std::vector<KnownSource> sources{};
};

/// Whether the target may be replaced at all. Pure: judges by what the servers stated. Production counts by its marker
/// wherever the marker came from; the source itself by system identifier with name or oid, except that a stage may get
/// its own earlier snapshot back.
/// Errors: refused, with the fact; denied, with the GRANT, for what this role could not finish.
[[nodiscard]] Result<void> check_guards(TargetFacts const& target, GuardRequest const& request);

/// The part that holds for every way of replacing the target: no prepared transaction, the rights, sessions that may be
/// ended. Errors: refused, denied. Pure.
[[nodiscard]] Result<void> check_replaceable(TargetFacts const& target);

/// Errors: refused for a damaged mark or a side database. Pure. `target.existing` is there.
[[nodiscard]] Result<void> check_marker_sound(TargetFacts const& target);

/// Whether the data was the target's own: system identifier with name or oid. Pure.
[[nodiscard]] bool is_same(TargetFacts const& target, snapshot::Source const& source);

} // namespace sluice::db_restore
