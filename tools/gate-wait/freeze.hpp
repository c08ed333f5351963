#pragma once

#include "tools/gate-wait/cron.hpp"

namespace sluice::gate_wait {

/// A time in which nothing is deployed, as two crons in one zone.
struct FreezePeriod {
    Cron start{};
    Cron end{};
    std::shared_ptr<TimeZone const> zone{};
};

struct FreezeReading {
    bool frozen = false;
    std::optional<Instant> until{}; ///< when that changes
};

/// As the server judges it: frozen when the last thing that happened was a start and the next one is an end. Edges that
/// clocks being changed make doubtful freeze longer, never shorter; and where there never was an end, or will never be
/// a start, that does not speak against it. Source: GitLab, app/models/ci/freeze_period_status.rb.
[[nodiscard]] FreezeReading read_freeze(FreezePeriod const& period, Instant now);

} // namespace sluice::gate_wait
