#include "tools/db-restore-or-init/missing_rule.hpp"

#include "tools/db-restore-or-init/decision.hpp"

#include <array>
#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

struct Documented {
    Answers answers;
    OnMissing action;
    std::string why;
};

// The table of the manual, row by row.
std::vector<Documented> documented() {
    std::string const worst = "the worst";
    return {
        {{true, false, Importance::low, worst}, OnMissing::fail, "other systems act on its data"},
        {{true, true, Importance::high, worst}, OnMissing::fail, "other systems act on its data"},
        {{false, true, Importance::critical, worst}, OnMissing::fail, "its data is critical"},
        {{false, true, Importance::high, worst}, OnMissing::init, "others wait for it, and nobody acts on its data"},
        {{false, true, Importance::low, worst}, OnMissing::init, "others wait for it, and nobody acts on its data"},
        {{false, false, Importance::low, worst}, OnMissing::init, "its data matters little"},
        {{false, false, Importance::medium, worst}, OnMissing::fail, "nobody waits for it"},
        {{}, OnMissing::fail, "have not answered: others_act_on_its_data, others_wait_for_it, importance, worst_case"},
        {{false, true, Importance::low, ""}, OnMissing::fail, "have not answered: worst_case"},
        {{false, {}, Importance::low, worst}, OnMissing::fail, "have not answered: others_wait_for_it"},
    };
}

TEST(MissingRule, follows_the_table_of_the_manual) {
    for (auto const& row : documented()) {
        auto const rule = rule_of(row.answers);
        EXPECT_EQ(rule.action, row.action) << row.why;
        EXPECT_NE(rule.why.find(row.why), std::string::npos) << rule.why;
        EXPECT_EQ(rule.worst_case, row.answers.worst_case);
    }
}

std::vector<Answers> all_answers() {
    std::vector<Answers> all;
    std::array<std::optional<bool>, 3> const truths{std::nullopt, false, true};
    std::array<std::optional<Importance>, 5> const importances{std::nullopt, Importance::low, Importance::medium,
                                                               Importance::high, Importance::critical};
    for (auto const& act : truths) {
        for (auto const& wait : truths) {
            for (auto const& importance : importances) {
                for (char const* worst : {"", "the worst"}) {
                    all.push_back({act, wait, importance, worst});
                }
            }
        }
    }
    return all;
}

// The rule once more, written from the manual's sentences and not from the code.
bool may_start_empty(Answers const& answers) {
    if (!answers.others_act_on_its_data || !answers.others_wait_for_it || !answers.importance ||
        answers.worst_case.empty()) {
        return false;
    }
    bool const awaited = *answers.others_wait_for_it;
    return !*answers.others_act_on_its_data && *answers.importance != Importance::critical &&
           (awaited || *answers.importance == Importance::low);
}

constexpr std::array<Finding, 9> k_findings{Finding::usable,          Finding::too_old,     Finding::unverified,
                                            Finding::unmasked,        Finding::gone,        Finding::never,
                                            Finding::wrong_migration, Finding::unreachable, Finding::no_such_database};

Verdict expected(Finding finding, bool start_empty) {
    switch (finding) {
    case Finding::usable: return Verdict::restore;
    case Finding::unmasked: return Verdict::refuse;
    case Finding::never: return start_empty ? Verdict::initialise : Verdict::stop;
    default: return start_empty ? Verdict::uncertain : Verdict::stop;
    }
}

// Every combination of answers, explicit decision, stage and state of the origin.
TEST(MissingRule, gives_the_documented_decision_for_every_combination) {
    std::array<std::optional<ExplicitDecision>, 3> const decisions{
        std::nullopt, ExplicitDecision{OnMissing::fail, "somebody"}, ExplicitDecision{OnMissing::init, "somebody"}};
    std::size_t combinations = 0;
    for (auto const& answers : all_answers()) {
        for (auto const& said : decisions) {
            for (std::string const stage : {"acceptance", "production"}) {
                for (bool const first_build : {false, true}) {
                    auto const rule = rule_for_stage(stage, answers, said, first_build);
                    bool const by_answers = may_start_empty(answers);
                    bool const wanted = said ? said->action == OnMissing::init : by_answers;
                    bool const start_empty = wanted && (stage != "production" || first_build);
                    EXPECT_EQ(rule.action == OnMissing::init, start_empty);
                    EXPECT_EQ(rule.objection.empty(), !said || wanted == by_answers) << rule.objection;
                    EXPECT_FALSE(rule.why.empty());
                    for (Finding const finding : k_findings) {
                        auto const decision = decide({{"snapshot:latest", finding, "the reason", {}, {}}}, rule);
                        EXPECT_EQ(decision.verdict, expected(finding, start_empty)) << name_of(finding);
                        bool const says_why = decision.reason.find(rule.why) != std::string::npos;
                        EXPECT_TRUE(decision.verdict != Verdict::stop || says_why) << decision.reason;
                        ++combinations;
                    }
                }
            }
        }
    }
    EXPECT_EQ(combinations, 90U * 3 * 2 * 2 * 9);
}

TEST(MissingRule, says_the_sentence_that_people_read) {
    auto const payroll = rule_of({true, false, Importance::critical, "salaries are paid twice"});
    auto const decision = decide({{"snapshot:latest", Finding::gone, "lost", {}, {}}}, payroll);
    EXPECT_EQ(decision.reason, "nothing to restore, and other systems act on its data, so a person has to look first; "
                               "the worst case: salaries are paid twice");
}

TEST(MissingRule, says_where_an_explicit_decision_goes_against_the_answers) {
    auto const rule = rule_for_stage("union", Answers{true, true, Importance::high, "orders are sent twice"},
                                     ExplicitDecision{OnMissing::init, "the policy of stage 'union'"}, false);
    auto const decision = decide({{"snapshot:latest", Finding::never, "nothing", {}, {}}}, rule);
    EXPECT_EQ(decision.verdict, Verdict::initialise);
    EXPECT_EQ(decision.lines.back(), "the policy of stage 'union' says start empty, the answers alone say stop: other "
                                     "systems act on its data, so a person has to look first");
}

} // namespace
} // namespace sluice::db_restore
