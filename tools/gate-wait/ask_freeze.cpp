#include "common/ci_server/gitlab.hpp"
#include "tools/gate-wait/doubt.hpp"
#include "tools/gate-wait/freeze.hpp"
#include "tools/gate-wait/local_time_text.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

// et-orbi counts weeks in seconds from a winter's noon, so that a summer's Tuesday can fall into the week before.
bool changes_clocks(TimeZone const& zone) {
    using namespace std::chrono; // NOLINT(google-build-using-namespace): names of the calendar only
    auto const first = Instant{local_days{year{2019} / January / 1}.time_since_epoch()};
    constexpr int months = 12 * 12;
    for (int month = 1; month < months; ++month) {
        if (zone.offset_at(first + days{30 * month}) != zone.offset_at(first)) {
            return true;
        }
    }
    return false;
}

bool counts_weeks(Cron const& cron) {
    return cron.weekdays && std::any_of(cron.weekdays->begin(), cron.weekdays->end(),
                                        [](CronWeekday const& one) { return one.every_weeks.has_value(); });
}

Result<FreezePeriod> parse_period(ci_server::GitlabFreezePeriod const& told) {
    FreezePeriod period;
    auto const doing = while_doing("reading the freeze period '" + told.start + "' to '" + told.end + "'");
    TRY_ASSIGN(period.start, parse_cron(told.start).map_error(doing));
    TRY_ASSIGN(period.end, parse_cron(told.end).map_error(doing));
    // The server's default.
    TRY_ASSIGN(period.zone,
               TimeZone::load(told.zone.empty() ? "UTC" : told.zone, ci::Environment::of_process()).map_error(doing));
    for (auto const* cron : {&period.start, &period.end}) {
        if (counts_weeks(*cron) && changes_clocks(*period.zone)) {
            return tl::unexpected<Error>(
                doing(Error{Errc::bad_data,
                            R"(what "%" means where clocks are changed differs between versions )"
                            "of GitLab's library",
                            {},
                            {},
                            {}}));
        }
    }
    return period;
}

Observation told(std::vector<ci_server::GitlabFreezePeriod> const& periods, Instant now, Milliseconds interval) {
    Milliseconds again = interval;
    for (auto const& one : periods) {
        auto const period = parse_period(one);
        if (!period) {
            return for_good(
                saw_nothing("a freeze period can't be read: " + period.error().message,
                            "It is refused rather than guessed at: write it as plain cron with an IANA zone."));
        }
        auto const reading = read_freeze(*period, now);
        if (reading.until) {
            auto const left = *reading.until + std::chrono::seconds{1} - now;
            again = std::clamp<Milliseconds>(left, Milliseconds{1}, again);
        }
        if (reading.frozen) {
            auto seen =
                saw_closed("frozen" + (reading.until ? " until " + local_text(*period->zone, *reading.until) : ""));
            seen.ask_again = again;
            return seen;
        }
    }
    auto seen = saw_open(std::to_string(periods.size()) + " freeze periods, none now");
    seen.ask_again = again;
    return seen;
}

} // namespace

std::unique_ptr<Asker> asker_of(FreezeCondition const& spec, Condition const& all, Surroundings& around) {
    auto const api = std::make_shared<ci_server::Api>(around.http, spec.server, all.timeout, around.stopped);
    return asking([project = spec.project, interval = all.interval, api, &around] {
        auto const periods = ci_server::freeze_periods(*api, project);
        auto const doubt = doubt_of_clock(*api, around);
        auto const now = std::chrono::floor<std::chrono::seconds>(around.clock.wall_now());
        Observation seen = !periods ? doubt_of(periods.error()) : doubt ? *doubt : told(*periods, now, interval);
        seen.source = api->url();
        return seen;
    });
}

} // namespace sluice::gate_wait
