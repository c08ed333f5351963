#pragma once

#include "tools/gate-wait/time_zone.hpp"

#include <bitset>

namespace sluice::gate_wait {

/// One entry of the field for days of the week.
struct CronWeekday {
    unsigned day = 0;                                 ///< from Sunday
    int nth = 0;                                      ///< "mon#2", "mon#-1": of the month; 0: each
    std::optional<std::pair<int, int>> every_weeks{}; ///< "tue%2+1": in weeks whose number modulo 2 is 1
};

/// Five fields as GitLab's library fugit reads them, which is more than cron has. Source: fugit, README, "the hash
/// extension", "the modulo extension", "the and extension"; lib/fugit/cron.rb and et-orbi's rweek for what they mean.
struct Cron {
    std::bitset<60> minutes{};
    std::bitset<24> hours{};
    std::bitset<13> months{};
    std::optional<std::vector<int>> month_days{}; ///< none: each; below 1: counted from the month's end, 0 the last
    std::optional<std::vector<CronWeekday>> weekdays{};
    bool days_and = false; ///< "&": both day fields must fit; else one of them
};

/// Errors: bad_data for what this does not read: it is refused, never approximated.
[[nodiscard]] Result<Cron> parse_cron(std::string const& text);

[[nodiscard]] bool falls_on(Cron const& cron, std::chrono::local_days day);

/// Whether a reading of the clock that comes twice, or never, is taken at its earlier or its later instant.
enum class Take { earlier, later };

/// The last occurrence at or before `now`, and the first after it; nothing where there is none within ten years.
[[nodiscard]] std::optional<Instant> last_before(Cron const& cron, TimeZone const& zone, Instant now, Take take);
[[nodiscard]] std::optional<Instant> first_after(Cron const& cron, TimeZone const& zone, Instant now, Take take);

} // namespace sluice::gate_wait
