#pragma once

#include "tools/gate-wait/time_zone.hpp"

#include <string>

namespace sluice::gate_wait {

/// "Tue 2026-11-24 10:00 (Europe/Berlin, UTC+01:00)", for a person.
[[nodiscard]] std::string local_text(TimeZone const& zone, Instant when);
/// ISO 8601 with the offset: "2026-11-24T10:00:00+01:00".
[[nodiscard]] std::string offset_timestamp(TimeZone const& zone, Instant when);

} // namespace sluice::gate_wait
