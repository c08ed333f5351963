#include "tools/db-restore-or-init/decision.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

OriginFact fact(Finding finding, std::string origin = "snapshot:latest") {
    return {std::move(origin), finding, "the reason", {}, {}};
}

// What a survey may report of one origin, and with --on-missing init what it would lead to on its own.
struct Documented {
    Finding finding;
    Verdict with_fail;
    Verdict with_init;
};
constexpr std::array<Documented, 9> k_documented{
    {{Finding::usable, Verdict::restore, Verdict::restore},
     {Finding::too_old, Verdict::stop, Verdict::uncertain},
     {Finding::gone, Verdict::stop, Verdict::uncertain},
     {Finding::never, Verdict::stop, Verdict::initialise},
     {Finding::no_such_database, Verdict::stop, Verdict::uncertain}, // no proof by itself
     {Finding::unreachable, Verdict::stop, Verdict::uncertain},
     {Finding::unverified, Verdict::stop, Verdict::uncertain},
     {Finding::wrong_migration, Verdict::stop, Verdict::uncertain},
     {Finding::unmasked, Verdict::refuse, Verdict::refuse}}};

MissingRule rule(OnMissing action) { return {action, "it is said so", {}, {}}; }

TEST(Decision, follows_the_table_for_one_origin) {
    for (auto const& row : k_documented) {
        EXPECT_EQ(decide({fact(row.finding)}, rule(OnMissing::fail)).verdict, row.with_fail) << name_of(row.finding);
        EXPECT_EQ(decide({fact(row.finding)}, rule(OnMissing::init)).verdict, row.with_init) << name_of(row.finding);
    }
}

// Every combination of up to four origins, against a rule written down apart from the code: start empty only if all
// that was heard is "never" or "no such database", and "never" at least once.
TEST(Decision, follows_the_rule_for_every_combination) {
    std::size_t combinations = 0;
    for (std::size_t origins = 1; origins <= 4; ++origins) {
        std::size_t total = 1;
        for (std::size_t i = 0; i < origins; ++i) {
            total *= k_documented.size();
        }
        for (std::size_t code = 0; code < total; ++code) {
            std::vector<OriginFact> facts;
            std::array<int, 9> heard{};
            std::size_t rest = code;
            for (std::size_t i = 0; i < origins; ++i, rest /= k_documented.size()) {
                std::size_t const choice = rest % k_documented.size();
                ++heard.at(choice);
                facts.push_back(fact(k_documented.at(choice).finding));
            }
            bool const usable = heard[0] > 0;
            bool const unmasked = heard[8] > 0;
            bool const doubt = heard[1] + heard[2] + heard[5] + heard[6] + heard[7] > 0;
            Verdict const init = usable                   ? Verdict::restore
                                 : unmasked               ? Verdict::refuse
                                 : !doubt && heard[3] > 0 ? Verdict::initialise
                                                          : Verdict::uncertain;
            auto const decision = decide(facts, rule(OnMissing::init));
            EXPECT_EQ(decision.verdict, init) << code;
            EXPECT_EQ(decide(facts, rule(OnMissing::fail)).verdict, usable     ? Verdict::restore
                                                                    : unmasked ? Verdict::refuse
                                                                               : Verdict::stop)
                << code;
            EXPECT_EQ(decision.lines.size(), facts.size());
            ++combinations;
        }
    }
    EXPECT_EQ(combinations, 9U + 81U + 729U + 6561U);
}

TEST(Decision, takes_the_first_usable_origin) {
    auto const decision = decide({fact(Finding::unreachable, "live:env:P"), fact(Finding::usable, "snapshot:latest"),
                                  fact(Finding::not_looked_at, "live:env:Q")},
                                 rule(OnMissing::fail));
    EXPECT_EQ(decision.chosen, 1U);
    EXPECT_EQ(decision.lines[0], "live:env:P: passed over: the reason");
    EXPECT_EQ(decision.lines[1], "snapshot:latest: taken");
    EXPECT_EQ(decision.lines[2], "live:env:Q: the reason");
    EXPECT_TRUE(decision.advice.empty());
}

TEST(Decision, says_the_snapshot_and_its_age) {
    OriginFact taken{"snapshot:latest", Finding::usable, {}, "20261122T001530Z-3f9a", std::chrono::hours{26}};
    EXPECT_EQ(decide({taken}, rule(OnMissing::fail)).lines[0],
              "snapshot:latest: taken: snapshot 20261122T001530Z-3f9a, 1d 2h old");
}

TEST(Decision, names_the_origin_that_forbids_to_start_empty) {
    auto const decision =
        decide({fact(Finding::never), fact(Finding::unreachable, "live:env:P")}, rule(OnMissing::init));
    EXPECT_EQ(decision.reason, "not started empty, since there may be data: live:env:P: the reason");
    EXPECT_FALSE(decision.advice.empty());
}

TEST(Decision, always_says_what_to_do_when_it_does_nothing) {
    for (auto const& row : k_documented) {
        for (auto const on_missing : {OnMissing::fail, OnMissing::init}) {
            auto const decision = decide({fact(row.finding)}, rule(on_missing));
            bool const acts = decision.verdict == Verdict::restore || decision.verdict == Verdict::initialise;
            EXPECT_EQ(decision.advice.empty(), acts) << name_of(row.finding);
            EXPECT_FALSE(decision.reason.empty());
        }
    }
}

TEST(Decision, never_starts_empty_without_any_origin) {
    EXPECT_EQ(decide({}, rule(OnMissing::init)).verdict, Verdict::uncertain);
    EXPECT_EQ(decide({}, rule(OnMissing::fail)).verdict, Verdict::stop);
}

} // namespace
} // namespace sluice::db_restore
