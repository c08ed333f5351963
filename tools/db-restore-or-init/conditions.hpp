#pragma once

#include "common/time/clock.hpp"
#include "tools/db-restore-or-init/decision.hpp"
#include "tools/db-restore-or-init/origin.hpp"

#include <optional>
#include <string>

namespace sluice::db_restore {

/// What is known of the data that an origin offers. What is not known is not true.
struct OriginData {
    std::string id{}; ///< of a snapshot, or whatever a command calls its data
    std::optional<time::Wall> taken{};
    bool masked = false;
    bool verified = false;
    std::string migration{};
};

/// Holds an origin's data against its conditions: usable, or the first condition that it fails, most serious first.
/// An age from the future is not known and therefore never young enough. Pure.
[[nodiscard]] OriginFact judge(Origin const& origin, OriginData const& data, time::Wall now);

} // namespace sluice::db_restore
