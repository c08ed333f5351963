#include "tools/gate-wait/freeze.hpp"

namespace sluice::gate_wait {

FreezeReading read_freeze(FreezePeriod const& period, Instant now) {
    TimeZone const& zone = *period.zone;
    auto const last_start = last_before(period.start, zone, now, Take::earlier);
    auto const next_start = first_after(period.start, zone, now, Take::earlier);
    // An end that is just now still freezes.
    auto const last_end = last_before(period.end, zone, now - std::chrono::seconds{1}, Take::later);
    auto const next_end = first_after(period.end, zone, now - std::chrono::seconds{1}, Take::later);
    bool const began = last_start && (!last_end || *last_end < *last_start);
    bool const goes_on = next_end && (!next_start || *next_end < *next_start);
    if (began && goes_on) {
        return {true, next_end};
    }
    // A start without any end to come freezes for good; the server would not say so, but it can't be what was meant.
    if (began && !next_end) {
        return {true, std::nullopt};
    }
    return {false, next_start};
}

} // namespace sluice::gate_wait
