#include "tools/gate-wait/window.hpp"

#include <algorithm>
#include <array>

namespace sluice::gate_wait {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::year_month_day;

constexpr std::chrono::hours k_day{24};
// Two for the distance between zones and UTC and for windows over midnight, one in reserve.
constexpr days k_margin{3};

bool has(std::vector<local_days> const& list, local_days day) {
    return std::find(list.begin(), list.end(), day) != list.end();
}

bool is_excepted(Window const& window, local_days day) {
    return std::any_of(window.except.begin(), window.except.end(),
                       [&](DateRange const& range) { return day >= range.first && day <= range.last; });
}

local_days monday_of(local_days day) {
    std::chrono::weekday const weekday{day};
    return day - (weekday - std::chrono::Monday);
}

bool is_nth(std::vector<int> const& nth, local_days day) {
    constexpr int week = 7;
    year_month_day const date{day};
    local_days const last{date.year() / date.month() / std::chrono::last};
    int const from_start = static_cast<int>((static_cast<unsigned>(date.day()) - 1) / week) + 1;
    int const from_end = -static_cast<int>((last - day).count() / week) - 1;
    return std::any_of(nth.begin(), nth.end(), [&](int one) { return one == from_start || one == from_end; });
}

std::optional<Interval> occurrence(Window const& window, local_days day, Edges edges) {
    if (!falls_on(window.rule, day) || is_excepted(window, day)) {
        return std::nullopt;
    }
    bool const overnight = window.to <= window.from;
    auto const length = window.to - window.from + (overnight ? k_day : std::chrono::hours{0});
    auto const begins = window.zone->instants_of(day + window.from);
    auto const ends = window.zone->instants_of(day + window.from + length);
    if (edges == Edges::grow) {
        return Interval{begins.earliest, std::max(ends.latest, begins.earliest + length)};
    }
    Interval found{begins.latest, std::min(ends.earliest, begins.latest + length)};
    if (overnight && is_excepted(window, day + days{1})) {
        found.end = std::min(found.end, window.zone->instants_of(day + days{1}).earliest);
    }
    return found;
}

Intervals occurrences(Window const& window, Interval span, Edges edges) {
    Intervals all;
    auto const first = std::chrono::floor<days>(window.zone->local(span.begin)) - k_margin;
    auto const last = std::chrono::floor<days>(window.zone->local(span.end)) + k_margin;
    for (auto day = first; day <= last; day += days{1}) {
        if (auto const one = occurrence(window, day, edges)) {
            all.push_back(*one);
        }
    }
    return merged(std::move(all));
}

Edges opposite(Edges edges) { return edges == Edges::shrink ? Edges::grow : Edges::shrink; }

} // namespace

bool falls_on(DayRule const& rule, local_days day) {
    constexpr int week = 7;
    if (!rule.dates.empty()) {
        return has(rule.dates, day);
    }
    if (std::find(rule.days.begin(), rule.days.end(), std::chrono::weekday{day}) == rule.days.end()) {
        return false;
    }
    if (rule.anchor) {
        auto const weeks = (monday_of(day) - monday_of(*rule.anchor)).count() / week;
        return day >= *rule.anchor && weeks % rule.every_weeks == 0;
    }
    return rule.nth.empty() || is_nth(rule.nth, day);
}

Intervals openings(Window const& window, Interval span, Edges edges) {
    auto const remaining = std::chrono::ceil<std::chrono::seconds>(window.min_remaining);
    Interval const wide{span.begin, span.end + remaining};
    Intervals open = occurrences(window, wide, edges);
    for (auto const& deny : window.deny) {
        Interval const around{span.begin - k_margin, span.end + remaining + k_margin};
        open = without(open, openings(deny, around, opposite(edges)));
    }
    for (auto& one : open) {
        one.end -= remaining;
    }
    std::erase_if(open, [&](Interval const& one) {
        return one.begin >= one.end || one.end <= span.begin || one.begin >= span.end;
    });
    return open;
}

WindowReading read_window(Window const& window, Instant now, Edges edges) {
    // Near openings are found at once; far ones are looked for only where there are no near ones.
    constexpr std::array<days, 3> horizons{days{9}, days{400}, days{3660}};
    for (auto const horizon : horizons) {
        auto const found = openings(window, {now, now + horizon}, edges);
        if (!found.empty()) {
            bool const open = found.front().begin <= now;
            return {open, open ? found.front().end : found.front().begin};
        }
    }
    return {};
}

} // namespace sluice::gate_wait
