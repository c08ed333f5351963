#include "tools/smoke/outage_watch.hpp"

#include <algorithm>

namespace sluice::smoke {

void OutageWatch::note(std::size_t lane, Instant planned, bool good) {
    Known& known = m_lanes[lane];
    if (good) {
        known.last_good = std::max(known.last_good.value_or(planned), planned);
        if (known.down_since && *known.down_since < planned) {
            known.down_since.reset();
        }
    } else if (!known.last_good || planned > *known.last_good) {
        known.down_since = std::min(known.down_since.value_or(planned), planned);
    }
}

std::optional<Instant> OutageWatch::down_since() const {
    std::optional<Instant> earliest;
    for (auto const& [lane, known] : m_lanes) {
        if (known.down_since) {
            earliest = std::min(earliest.value_or(*known.down_since), *known.down_since);
        }
    }
    return earliest;
}

} // namespace sluice::smoke
