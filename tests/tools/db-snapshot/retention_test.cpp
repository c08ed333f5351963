#include "tools/db-snapshot/retention.hpp"

#include "common/time/timestamp.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>
#include <map>

namespace sluice::db_snapshot {
namespace {

using namespace std::chrono_literals;
using test::must;

time::Wall at(std::string const& when) { return must(time::parse_timestamp(when)); }

SnapshotFacts complete(std::string const& when, std::string const& purpose = "") {
    SnapshotFacts facts{when};
    facts.taken = at(when);
    facts.last_sign = facts.taken;
    facts.purpose = purpose;
    facts.verified = false;
    return facts;
}

SnapshotFacts run(std::string const& when, Outcome outcome) {
    SnapshotFacts facts = complete(when);
    facts.outcome = outcome;
    return facts;
}

constexpr char const* k_now = "2026-11-22T12:00:00Z";

/// What is kept, by id, with its reasons in one text.
std::map<std::string, std::string> kept(std::vector<SnapshotFacts> const& snapshots, KeepRules const& rules,
                                        std::chrono::milliseconds grace = 12h) {
    auto const verdicts = decide_retention(snapshots, rules, grace, at(k_now));
    EXPECT_EQ(verdicts.size(), snapshots.size());
    std::map<std::string, std::string> kept;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        EXPECT_FALSE(verdicts[i].reasons.empty());
        std::string all;
        for (auto const& reason : verdicts[i].reasons) {
            all += (all.empty() ? "" : "; ") + reason;
        }
        if (verdicts[i].keep) {
            kept[snapshots[i].id] = all;
        }
    }
    return kept;
}

std::vector<std::string> kept_ids(std::vector<SnapshotFacts> const& snapshots, KeepRules const& rules) {
    std::vector<std::string> ids;
    for (auto const& [id, reasons] : kept(snapshots, rules)) {
        ids.push_back(id);
    }
    return ids;
}

KeepRules last(unsigned count) { return {.last = count}; }

// Two a day, at three and at nine, over the turn of a year, without the 31st of December: it has no snapshot.
std::vector<SnapshotFacts> two_a_day() {
    std::vector<SnapshotFacts> all;
    for (char const* day : {"2025-11-28", "2025-12-27", "2025-12-28", "2025-12-29", "2025-12-30", "2026-01-01",
                            "2026-01-02", "2026-01-04", "2026-01-05"}) {
        all.push_back(complete(std::string(day) + "T03:00:00Z"));
        all.push_back(complete(std::string(day) + "T09:00:00Z"));
    }
    return all;
}

TEST(Retention, keeps_what_the_rules_say) {
    struct Case {
        char const* name;
        KeepRules rules;
        std::vector<std::string> kept;
    };
    std::vector<Case> const cases{
        {"the last one", last(1), {"2026-01-05T09:00:00Z"}},
        {"the last three", last(3), {"2026-01-04T09:00:00Z", "2026-01-05T03:00:00Z", "2026-01-05T09:00:00Z"}},
        {"the newest of each day, days without one do not count",
         {.daily = 4},
         {"2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z", "2026-01-04T09:00:00Z", "2026-01-05T09:00:00Z"}},
        // The 5th of January 2026 is a Monday; the week before goes from December into January.
        {"weeks go from Monday to Sunday",
         {.weekly = 3},
         {"2025-12-28T09:00:00Z", "2026-01-04T09:00:00Z", "2026-01-05T09:00:00Z"}},
        {"months", {.monthly = 3}, {"2025-11-28T09:00:00Z", "2025-12-30T09:00:00Z", "2026-01-05T09:00:00Z"}},
        {"within, before the newest and not before now",
         {.within = 24h},
         {"2026-01-04T09:00:00Z", "2026-01-05T03:00:00Z", "2026-01-05T09:00:00Z"}},
        {"more than there are",
         {.monthly = 99},
         {"2025-11-28T09:00:00Z", "2025-12-30T09:00:00Z", "2026-01-05T09:00:00Z"}},
        {"rules add up",
         {.last = 2, .monthly = 2},
         {"2025-12-30T09:00:00Z", "2026-01-05T03:00:00Z", "2026-01-05T09:00:00Z"}},
    };
    for (auto const& one : cases) {
        EXPECT_EQ(kept_ids(two_a_day(), one.rules), one.kept) << one.name;
    }
}

TEST(Retention, says_why) {
    auto snapshots = two_a_day();
    snapshots.front().pinned = true;
    auto const reasons = kept(snapshots, {.last = 1, .daily = 2, .weekly = 1, .monthly = 1, .within = 1h});
    EXPECT_EQ(reasons.at("2026-01-05T09:00:00Z"), "last 1 of 1; within 1h; daily 2026-01-05; weekly, from 2026-01-05; "
                                                  "monthly 2026-01; the newest one");
    EXPECT_EQ(reasons.at("2026-01-04T09:00:00Z"), "daily 2026-01-04");
    EXPECT_EQ(reasons.at("2025-11-28T03:00:00Z"), "pinned");
}

TEST(Retention, keeps_some_whatever_the_rules_say) {
    auto snapshots = two_a_day();
    snapshots[2].pinned = true;
    snapshots[4].latest = true;
    snapshots[5].verified = true;
    snapshots[6].verified = true; // the last one of the two
    snapshots[7].verified = std::nullopt;
    EXPECT_EQ(kept(snapshots, last(1)), (std::map<std::string, std::string>{
                                            {snapshots[2].id, "pinned"},
                                            {snapshots[4].id, "latest"},
                                            {snapshots[6].id, "the last verified one"},
                                            {snapshots[7].id, "whether it was verified cannot be told"},
                                            {snapshots.back().id, "last 1 of 1; the newest one"},
                                        }));
}

TEST(Retention, never_leaves_a_name_without_a_complete_snapshot) {
    for (auto const& rules : {KeepRules{}, last(0), KeepRules{.within = 1ms}}) {
        auto const all = two_a_day();
        EXPECT_EQ(kept_ids(all, rules), std::vector<std::string>{all.back().id});
    }
    std::vector<SnapshotFacts> const only{complete("2020-01-01T00:00:00Z"),
                                          run("2020-01-02T00:00:00Z", Outcome::failed)};
    EXPECT_EQ(kept_ids(only, {}), std::vector<std::string>{only[0].id});
}

// Ten protections a day would otherwise push out every nightly one.
TEST(Retention, counts_each_purpose_for_itself) {
    std::vector<SnapshotFacts> all{complete("2026-11-20T02:00:00Z", "nightly"),
                                   complete("2026-11-21T02:00:00Z", "nightly")};
    for (char const* hour : {"08", "09", "10", "11"}) {
        all.push_back(complete("2026-11-21T" + std::string(hour) + ":00:00Z", "protection"));
    }
    EXPECT_EQ(kept_ids(all, last(1)), (std::vector<std::string>{"2026-11-21T02:00:00Z", "2026-11-21T11:00:00Z"}));
    EXPECT_EQ(kept_ids(all, {.daily = 1}), (std::vector<std::string>{"2026-11-21T02:00:00Z", "2026-11-21T11:00:00Z"}));
}

// A pipe whose producer died halfway every night must not push out the last stream that is known to be whole.
TEST(Retention, never_lets_what_is_not_proven_push_out_what_is) {
    auto whole = complete("2026-11-01T00:00:00Z");
    std::vector<SnapshotFacts> all{whole};
    for (char const* day : {"02", "03", "04"}) {
        all.push_back(complete("2026-11-" + std::string(day) + "T00:00:00Z"));
        all.back().proven = false;
    }
    EXPECT_EQ(kept_ids(all, last(1)), (std::vector<std::string>{whole.id, all.back().id}));
    EXPECT_EQ(kept_ids(all, {.monthly = 1}), (std::vector<std::string>{whole.id, all.back().id}));
    EXPECT_EQ(kept_ids({all[1], all[2]}, {}), std::vector<std::string>{all[2].id}) << "better than nothing";
}

TEST(Retention, does_not_age_all_by_one_snapshot_from_the_future) {
    auto const ahead = complete("2027-11-22T00:00:00Z");
    auto const yesterday = complete("2026-11-21T13:00:00Z");
    auto const older = complete("2026-11-20T13:00:00Z");
    EXPECT_EQ(kept_ids({older, yesterday, ahead}, {.within = 24h}), (std::vector<std::string>{yesterday.id, ahead.id}));
}

TEST(Retention, leaves_runs_that_are_not_over_and_young_failures) {
    struct Case {
        Outcome outcome;
        char const* when;
        bool keep;
        char const* reason;
    };
    std::vector<Case> const cases{
        {Outcome::running, "2026-11-01T00:00:00Z", true, "running"},
        {Outcome::failed, "2026-11-22T01:00:00Z", true, "failed for less than 12h"},
        {Outcome::failed, "2026-11-22T00:00:00Z", false, "failed for 12h"},
        {Outcome::dead, "2026-11-22T01:00:00Z", true, "dead for less than 12h"},
        {Outcome::dead, "2026-11-20T12:00:00Z", false, "dead for 2d"},
        {Outcome::failed, "2026-11-23T12:00:00Z", true, "failed for less than 12h"}, // another machine's clock is ahead
        {Outcome::half_removed, "2026-11-22T11:59:00Z", false, "an earlier prune began to remove it"},
    };
    for (auto const& one : cases) {
        auto const verdict = decide_retention({run(one.when, one.outcome)}, last(5), 12h, at(k_now)).at(0);
        EXPECT_EQ(verdict.keep, one.keep) << one.reason;
        EXPECT_EQ(verdict.reasons, std::vector<std::string>{one.reason});
    }
}

TEST(Retention, keeps_a_pinned_run_too) {
    auto dead = run("2026-01-01T00:00:00Z", Outcome::dead);
    dead.pinned = true;
    EXPECT_EQ(kept({dead}, last(1)).at(dead.id), "pinned");
}

} // namespace
} // namespace sluice::db_snapshot
