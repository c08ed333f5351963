#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sluice::gate_wait {

/// The day and second at which clocks are changed each year.
struct ZoneRule {
    enum class Kind { month_week_day, day_of_year, day_without_leap } kind = Kind::month_week_day;
    unsigned month = 1;
    unsigned week = 1; ///< 5: the last
    unsigned day = 0;  ///< of the week from Sunday, or of the year
    std::chrono::seconds time{7200};
};

/// A TZ string, such as "CET-1CEST,M3.5.0,M10.5.0/3", which a TZif file ends with. Source: POSIX "Environment
/// Variables", with the wider hours of RFC 8536 section 3.3.1.
struct PosixZone {
    std::chrono::seconds standard{};
    std::chrono::seconds summer{};
    std::optional<ZoneRule> starts{}; ///< none: no summer time
    std::optional<ZoneRule> ends{};

    [[nodiscard]] std::chrono::seconds offset_at(std::chrono::sys_seconds when) const;
};

/// Nothing for what is no such string.
[[nodiscard]] std::optional<PosixZone> parse_posix_zone(std::string_view text);

} // namespace sluice::gate_wait
