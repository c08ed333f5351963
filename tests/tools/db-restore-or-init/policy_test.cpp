#include "tools/db-restore-or-init/policy.hpp"

#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/db-restore-or-init/policy_lint.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;

Policy example(std::string const& name) {
    return must(read_policy((test::source_folder() / "ci-templates/policies" / (name + ".json")).string()));
}

MissingRule rule_in(Policy const& policy, std::string const& stage) {
    return rule_for_stage(stage, policy.answers, policy.decision_for(stage), false);
}

// The three examples of the manual.
TEST(PolicyExamples, decide_as_the_manual_says) {
    auto const payroll = example("payroll");
    EXPECT_EQ(rule_in(payroll, "acceptance").action, OnMissing::fail);
    EXPECT_EQ(rule_in(payroll, "acceptance").worst_case, "salaries are paid twice, or not at all");
    auto const blog = example("blog");
    EXPECT_EQ(rule_in(blog, "acceptance").action, OnMissing::init);
    EXPECT_EQ(rule_in(blog, "acceptance").objection, "");
    EXPECT_EQ(rule_in(blog, "production").action, OnMissing::fail);
    auto const shop = example("shop");
    EXPECT_EQ(rule_in(shop, "acceptance").action, OnMissing::fail);
    EXPECT_EQ(rule_in(shop, "union").action, OnMissing::init);
    EXPECT_NE(rule_in(shop, "union").objection.find("the answers alone say stop"), std::string::npos);
}

TEST(PolicyExamples, hold_the_schema_and_have_no_findings) {
    for (char const* name : {"payroll", "blog", "shop"}) {
        auto const path = test::source_folder() / "ci-templates/policies" / (std::string(name) + ".json");
        EXPECT_EQ(test::schema_violations(must(json::parse(test::read_text(path), name)),
                                          "tools/db-restore-or-init/policy.schema.json"),
                  "");
        EXPECT_TRUE(findings_of(example(name)).empty()) << name;
    }
}

TEST(Policy, is_read_with_all_it_may_say) {
    auto const policy = must(parse_policy(R"({"version": 1, "service": "s", "on_missing": "stop",
        "initialise": {"sql": ["a.sql", "/b.sql"], "command": "c", "seed": ["d.sql"]}, "neutralise": ["n.sql"],
        "stages": {"union": {"masked": true, "on_missing": "start_empty", "neutralise": ["../u.sql"], "origins": [
            {"from": "command:x y"},
            {"from": "snapshot:latest", "max_age": "26h", "verified": true, "migration": "V7"}]},
         "other": {"origins": [{"from": "live:env:P", "migration": "V7"}]}}})",
                                          "/p/policy.json"));
    auto const& stage = *must(policy.stage("union"));
    EXPECT_EQ(policy.initialise.sql, (std::vector<std::string>{"/p/a.sql", "/b.sql"}));
    EXPECT_EQ(stage.neutralise, (std::vector<std::string>{"/u.sql"}));
    EXPECT_EQ(to_text(stage.origins.at(0)), "command:x y");
    EXPECT_TRUE(stage.origins.at(0).conditions.masked) << "what a stage asks for holds for each origin";
    EXPECT_EQ(stage.origins.at(1).conditions.max_age, std::chrono::hours{26});
    EXPECT_TRUE(stage.origins.at(1).conditions.verified);
    EXPECT_EQ(stage.origins.at(1).conditions.migration, "V7");
    EXPECT_EQ(policy.decision_for("union")->action, OnMissing::init);
    EXPECT_EQ(policy.decision_for("other")->action, OnMissing::fail);
}

std::string with_stage(std::string const& stage) {
    return R"({"version": 1, "service": "s", "stages": {"a": )" + stage + "}}";
}

TEST(Policy, refuses_what_it_does_not_understand) {
    struct Case {
        std::string text;
        std::string said;
    };
    std::vector<Case> const cases{
        {"{\"version\": 1,\n \"service\": }", "policy.json:2:"},
        {"[]", "must be an object"},
        {R"({"version": 2, "service": "s", "stages": {}})", "'/version' is 2"},
        {R"({"service": "s", "stages": {"a": {"origins": [{"from": "live:env:P"}]}}})", "'/version' is missing"},
        {R"({"version": 1, "service": "s", "stages": {}})", "at least one stage"},
        {R"({"version": 1, "service": "s"})", "at least one stage"},
        {R"({"version": 1, "service": "s", "stage": {}})", "at least one stage"},
        {with_stage("{}"), "'/stages/a/origins' must be a list"},
        {with_stage(R"({"origins": []})"), "'/stages/a/origins' must be a list"},
        {with_stage(R"({"origins": [{"from": "snapshto:latest"}]})"), "did you mean 'snapshot'"},
        {with_stage(R"({"origins": [{"form": "live:env:P"}]})"), "'/stages/a/origins/0/from' is missing"},
        {with_stage(R"({"origins": [{"from": "live:env:P", "maxage": "1h"}]})"), "did you mean 'max_age'"},
        {with_stage(R"({"origins": [{"from": "snapshot:latest", "max_age": "1 day"}]})"), "/max_age"},
        {with_stage(R"({"origins": [{"from": "snapshot:latest", "masked": "yes"}]})"), "must be true or false"},
        {with_stage(R"({"origins": [{"from": "live:env:P", "max_age": "1h"}]})"), "a live database has no age"},
        {with_stage(R"({"origins": [{"from": "live:env:P", "verified": true}]})"), "only a snapshot is verified"},
        {with_stage(R"({"origins": [{"from": "live:env:P", "masked": true}]})"), "a live database is not masked"},
        {with_stage(R"({"origins": [{"from": "live:env:P"}], "on_missing": "init"})"), R"("stop" or "start_empty")"},
        {R"({"version": 1, "service": "s", "answers": {"importance": "vital"}, "stages": {}})", "'vital'"},
        {R"({"version": 1, "service": "s", "answers": {"other_wait_for_it": true}, "stages": {}})",
         "did you mean 'others_wait_for_it'"},
        {R"({"version": 1, "version": 1})", "version"},
    };
    for (auto const& test : cases) {
        auto const policy = parse_policy(test.text, "policy.json");
        ASSERT_FALSE(policy) << test.text;
        EXPECT_EQ(policy.error().kind, Errc::usage) << test.text;
        std::string const said = result::to_text(policy.error(), "t");
        EXPECT_NE(said.find(test.said), std::string::npos) << said;
        EXPECT_NE(said.find("policy.json"), std::string::npos) << said;
    }
}

TEST(Policy, points_at_the_mistake) {
    struct Case {
        std::string text;
        std::size_t line, column;
    };
    std::string const begin = "{\"version\": 1, \"service\": \"s\",\n \"stages\": {\"a\": {\n  \"origins\": [";
    for (auto const& [text, line, column] :
         {Case{begin + R"({"from": "live:env:P", "maxage": "1h"}]}}})", 3, 38},
          Case{begin + R"({"from": "snapshot:latest", "max_age": "1 day"}]}}})", 3, 43},
          Case{begin + R"({"from": "snapshto:latest"}]}}})", 3, 16},
          Case{begin + R"({"from": "live:env:P", "masked": true}]}}})", 3, 38},
          Case{begin + R"({"from": "live:env:P"}], "on_missing": "init"}}})", 3, 40}}) {
        auto const policy = parse_policy(text, "policy.json");
        ASSERT_FALSE(policy) << text;
        ASSERT_TRUE(policy.error().at) << text;
        EXPECT_EQ(policy.error().at->line, line) << result::to_text(policy.error(), "t");
        EXPECT_EQ(policy.error().at->column, column) << result::to_text(policy.error(), "t");
    }
}

TEST(Policy, suggests_the_stage_that_was_meant) {
    auto const shop = example("shop");
    auto const stage = shop.stage("acceptanse");
    ASSERT_FALSE(stage);
    EXPECT_EQ(stage.error().kind, Errc::usage);
    EXPECT_EQ(stage.error().hint, "did you mean 'acceptance'? It has: acceptance, production, union.");
}

TEST(PolicyLint, points_out_what_its_owners_should_look_at) {
    auto const open = must(parse_policy(with_stage(R"({"origins": [{"from": "live:env:P"}], "masked": true})"), "p"));
    auto const findings = findings_of(open);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_NE(findings[0].find("'answers' leaves open: others_act_on_its_data"), std::string::npos);
    EXPECT_NE(findings[1].find("'live:env:P' is never taken"), std::string::npos);
    auto const empty = must(parse_policy(
        R"({"version": 1, "service": "s", "on_missing": "start_empty",
            "answers": {"others_act_on_its_data": false, "others_wait_for_it": true, "importance": "low",
                        "worst_case": "w"}, "stages": {"a": {"origins": [{"from": "snapshot:latest"}]}}})",
        "p"));
    ASSERT_EQ(findings_of(empty).size(), 1U);
    EXPECT_NE(findings_of(empty)[0].find("names neither sql nor a command"), std::string::npos);
}

} // namespace
} // namespace sluice::db_restore
