#pragma once

#include "tools/gate-wait/intervals.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace sluice::gate_wait {

/// First and last, both belonging to it.
struct DateRange {
    std::chrono::local_days first;
    std::chrono::local_days last;
};

/// The days on which a window begins.
struct DayRule {
    std::vector<std::chrono::weekday> days{};
    /// Every so many weeks, counted from the Monday of the anchor's week, never by the number of the ISO week: 2026 has
    /// 53 of them, so that two odd ones follow each other. Nothing before the anchor. Source: RFC 5545, RRULE
    /// FREQ=WEEKLY with INTERVAL, DTSTART and the default WKST.
    int every_weeks = 1;
    std::optional<std::chrono::local_days> anchor{};
    std::vector<int> nth{};                       ///< of the month: 1 to 5, or -1 for the last; empty: each
    std::vector<std::chrono::local_days> dates{}; ///< these days and no others
};

/// When something may happen. A window belongs to the day on which it begins, also where it ends on the next.
struct Window {
    std::shared_ptr<TimeZone const> zone{};
    DayRule rule{};
    std::chrono::minutes from{};
    std::chrono::minutes to{}; ///< not after `from`: on the next day
    std::chrono::milliseconds min_remaining{};
    std::vector<DateRange> except{}; ///< neither begins on these days nor reaches into them
    std::vector<Window> deny{};      ///< wins
};

/// How an edge is taken that comes twice or never, because clocks are changed just then.
enum class Edges {
    shrink, ///< begins late, ends early, and never lasts longer than by the clock on other days
    grow    ///< the opposite, for what denies: a doubtful moment is denied
};

[[nodiscard]] bool falls_on(DayRule const& rule, std::chrono::local_days day);

/// All openings that have a moment in [from, to), whole. Pure.
[[nodiscard]] Intervals openings(Window const& window, Interval span, Edges edges);

struct WindowReading {
    bool open = false;
    /// When it closes, or next opens; nothing when it does not open within ten years.
    std::optional<Instant> until{};
};

[[nodiscard]] WindowReading read_window(Window const& window, Instant now, Edges edges);

} // namespace sluice::gate_wait
