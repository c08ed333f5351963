#include "tools/db-snapshot/retention.hpp"

#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace sluice::db_snapshot {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;

std::string date_text(std::chrono::sys_days day) {
    constexpr std::size_t date_length = 10;
    return time::timestamp_text(day).substr(0, date_length);
}

std::string day_of(time::Wall when) { return date_text(floor<days>(when)); }

std::string week_of(time::Wall when) {
    auto const day = floor<days>(when);
    return date_text(day - (std::chrono::weekday(day) - std::chrono::Monday));
}

std::string month_of(time::Wall when) {
    constexpr std::size_t month_length = 7;
    return day_of(when).substr(0, month_length);
}

using Places = std::vector<std::size_t>; // newest first

/// Adds reasons to verdicts; what has none at the end goes.
class Judge {
  public:
    Judge(std::vector<SnapshotFacts> const& snapshots, KeepRules const& rules, time::Wall now)
        : m_snapshots(snapshots), m_rules(rules), m_now(now), m_verdicts(snapshots.size()) {}

    void keep(std::size_t place, std::string reason) { m_verdicts[place].reasons.push_back(std::move(reason)); }

    void apply_rules() {
        std::map<std::pair<bool, std::string>, Places> by_purpose;
        for (std::size_t place = m_snapshots.size(); place-- > 0;) {
            if (m_snapshots[place].outcome == Outcome::complete) {
                by_purpose[{m_snapshots[place].proven, m_snapshots[place].purpose}].push_back(place);
            }
        }
        for (auto const& [purpose, places] : by_purpose) {
            keep_last(places);
            keep_within(places);
            keep_newest_of_each(places, m_rules.daily, "daily ", day_of);
            keep_newest_of_each(places, m_rules.weekly, "weekly, from ", week_of);
            keep_newest_of_each(places, m_rules.monthly, "monthly ", month_of);
        }
    }

    void protect() {
        bool const any_proven = std::any_of(m_snapshots.begin(), m_snapshots.end(), [](auto const& facts) {
            return facts.outcome == Outcome::complete && facts.proven;
        });
        bool newest = true;
        bool newest_verified = true;
        for (std::size_t place = m_snapshots.size(); place-- > 0;) {
            auto const& facts = m_snapshots[place];
            if (facts.pinned) {
                keep(place, "pinned");
            }
            if (facts.outcome == Outcome::complete && facts.proven == any_proven) {
                protect_complete(place, newest, newest_verified);
            }
        }
    }

    void judge_run(std::size_t place, milliseconds grace) {
        auto const& facts = m_snapshots[place];
        auto const silence = std::chrono::duration_cast<milliseconds>(m_now - facts.last_sign);
        std::string const what = facts.outcome == Outcome::failed ? "failed" : "dead";
        if (facts.outcome == Outcome::running) {
            keep(place, "running");
        } else if (facts.outcome != Outcome::half_removed && silence < grace) {
            keep(place, what + " for less than " + time::duration_text(grace));
        } else if (m_verdicts[place].reasons.empty()) {
            drop(place, facts.outcome == Outcome::half_removed ? "an earlier prune began to remove it"
                                                               : what + " for " + time::duration_text(silence));
        }
    }

    std::vector<Verdict> take() {
        for (auto& verdict : m_verdicts) {
            if (verdict.reasons.empty()) {
                verdict = {false, {"no rule keeps it"}};
            }
        }
        return std::move(m_verdicts);
    }

  private:
    void drop(std::size_t place, std::string reason) { m_verdicts[place] = {false, {std::move(reason)}}; }

    void keep_last(Places const& places) {
        for (std::size_t i = 0; i < places.size() && i < m_rules.last; ++i) {
            keep(places[i], "last " + std::to_string(i + 1) + " of " + std::to_string(m_rules.last));
        }
    }

    // A machine whose clock is ahead must not age everybody else's snapshots.
    void keep_within(Places const& places) {
        auto const newest = std::min(m_snapshots[places.front()].taken, m_now);
        for (std::size_t const place : places) {
            if (m_rules.within > milliseconds{0} && newest - m_snapshots[place].taken <= m_rules.within) {
                keep(place, "within " + time::duration_text(m_rules.within));
            }
        }
    }

    void keep_newest_of_each(Places const& places, unsigned count, std::string const& name,
                             std::function<std::string(time::Wall)> const& period_of) {
        std::string last_period;
        unsigned kept = 0;
        for (std::size_t const place : places) {
            std::string const period = period_of(m_snapshots[place].taken);
            if (kept < count && period != last_period) {
                keep(place, name + period);
                last_period = period;
                ++kept;
            }
        }
    }

    void protect_complete(std::size_t place, bool& newest, bool& newest_verified) {
        auto const& facts = m_snapshots[place];
        if (std::exchange(newest, false)) {
            keep(place, "the newest one");
        }
        if (facts.latest) {
            keep(place, "latest");
        }
        if (!facts.verified) {
            keep(place, "whether it was verified cannot be told");
        } else if (*facts.verified && std::exchange(newest_verified, false)) {
            keep(place, "the last verified one");
        }
    }

    std::vector<SnapshotFacts> const& m_snapshots;
    KeepRules const& m_rules;
    time::Wall m_now;
    std::vector<Verdict> m_verdicts;
};

} // namespace

std::vector<Verdict> decide_retention(std::vector<SnapshotFacts> const& snapshots, KeepRules const& rules,
                                      milliseconds grace, time::Wall now) {
    Judge judge(snapshots, rules, now);
    judge.apply_rules();
    judge.protect();
    for (std::size_t place = 0; place < snapshots.size(); ++place) {
        if (snapshots[place].outcome != Outcome::complete) {
            judge.judge_run(place, grace);
        }
    }
    return judge.take();
}

} // namespace sluice::db_snapshot
