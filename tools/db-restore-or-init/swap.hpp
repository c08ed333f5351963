#pragma once

#include "common/postgres/session.hpp"
#include "common/time/clock.hpp"
#include "tools/db-restore-or-init/target_facts.hpp"
#include "tools/db-restore-or-init/write_freeze.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sluice::db_restore {

struct Swap {
    std::string fresh;                          ///< the filled database that becomes the target
    std::string old;                            ///< the name that the present target gets; unused where there is none
    std::vector<std::string> last_statements{}; ///< run in the same transaction, after the names are changed
    std::chrono::milliseconds lock_timeout{};
    /// Leaves last; where it has left and the swap failed all the same, that is not tried again.
    WriteFreeze* freeze = nullptr;
};

struct SwapReport {
    std::chrono::milliseconds unavailable{}; ///< how long nobody could connect to the target
    int attempts = 0;
};

/// Gives `fresh` the target's name, and the present target its old name, in one transaction: whoever dies at any
/// moment, either both names have changed or none. RENAME first takes the lock that keeps new connections waiting and
/// then waits five seconds for the others to leave; meanwhile a second session ends them. Repeated a few times while
/// somebody is in the way. Errors: temporary (somebody stayed in the way), denied (a session we may not end), refused
/// (the target was changed or marked since `facts` were read); nothing is changed then.
[[nodiscard]] Result<SwapReport> swap_names(postgres::Session& maintenance, TargetFacts const& facts, Swap const& swap,
                                            time::Clock& clock);

} // namespace sluice::db_restore
