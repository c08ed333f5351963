#include "common/json/json.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/split-check/repository.hpp"
#include "tools/split-check/plan.hpp"

#include <gtest/gtest.h>
#include <random>

namespace sluice::test {
namespace {

using split_check::Kind;
using split_check::make_plan;
using split_check::Mention;
using split_check::Phase;
using split_check::Plan;
using split_check::PlanCommit;

// Code that names nothing.
Result<std::optional<Mention>> silent(std::string const&, std::string const&) { return std::optional<Mention>{}; }

// Histories are made from a known list of steps, so the plan must give back that list.
TEST(Plan, gives_back_the_steps_that_200_commits_were_made_from) {
    for (unsigned const seed : {1U, 2U, 3U, 4U, 5U}) {
        std::mt19937 random(seed);
        std::vector<std::pair<Kind, Phase>> const kinds{{Kind::code, Phase::none},
                                                        {Kind::migration, Phase::expand},
                                                        {Kind::migration, Phase::contract},
                                                        {Kind::migration, Phase::data}};
        std::vector<std::vector<std::string>> wanted;
        std::vector<std::pair<Kind, Phase>> wanted_kinds;
        std::vector<PlanCommit> commits;
        while (commits.size() < 200) {
            auto const kind = kinds[random() % kinds.size()];
            bool const goes_on = !wanted.empty() && wanted_kinds.back() == kind;
            if (!goes_on) {
                wanted.emplace_back();
                wanted_kinds.push_back(kind);
            }
            std::size_t const run = 1 + random() % 5;
            for (std::size_t i = 0; i < run; ++i) {
                commits.push_back({"c" + std::to_string(commits.size()), "", kind.first, kind.second});
                wanted.back().push_back(commits.back().id);
                if (random() % 4 == 0) {
                    commits.push_back({"n" + std::to_string(commits.size()), "", Kind::neutral});
                }
            }
        }
        Plan const plan = must(make_plan("base", commits, silent));
        EXPECT_TRUE(plan.problems.empty());
        ASSERT_EQ(plan.steps.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            std::vector<std::string> ids;
            for (auto const* commit : plan.steps[i].commits) {
                ids.push_back(commit->id);
            }
            EXPECT_EQ(ids, wanted[i]);
            EXPECT_EQ(plan.steps[i].kind, wanted_kinds[i].first);
            EXPECT_EQ(plan.steps[i].phase, wanted_kinds[i].second);
        }
    }
}

std::string up(std::string const& sql) { return "-- migrate:up\nSET lock_timeout='1s';\n" + sql + "\n"; }

struct PlanStory : testing::Test {
    Repository repository{};
    std::string base = repository.commit({{"src/a.py", "print('old_remark')\n"}, {"README.md", "x"}}, "base");
    int m_number = 0;

    std::string code(std::string const& text) { return repository.commit({{"src/a.py", text}}, "code " + text); }
    std::string migration(std::string const& sql) {
        return repository.commit({{"db/migrations/2024010100000" + std::to_string(m_number++) + "_m.sql", up(sql)}},
                                 sql);
    }
    [[nodiscard]] Json plan() const { return run_json(repository, {"plan", base + "..HEAD"}); }
    [[nodiscard]] int status() const { return run_split_check(repository, {"plan", base + "..HEAD"}).status; }
};

// The manual's stories.
TEST_F(PlanStory, one_renames_a_column_over_three_releases) {
    migration("ALTER TABLE orders ADD COLUMN new_remark text;");
    code("write('new_remark', 'old_remark')");
    code("use('new_remark')");
    auto const last = migration("ALTER TABLE orders DROP COLUMN old_remark;");
    auto const got = plan();
    ASSERT_EQ(got["steps"].size(), 3U);
    EXPECT_EQ(got["steps"][0]["phase"], "expand");
    EXPECT_EQ(got["steps"][1]["kind"], "code");
    EXPECT_EQ(got["steps"][2]["phase"], "contract");
    EXPECT_EQ(got["steps"][2]["revision"], last);
    EXPECT_EQ(got["steps"][2]["snapshot"], "required");
    EXPECT_NE(got["steps"][2]["no_way_back"].get<std::string>().find("old_remark"), std::string::npos);
    EXPECT_TRUE(got["problems"].empty());
    EXPECT_EQ(status(), 0);
}

TEST_F(PlanStory, two_drops_what_the_running_code_still_names) {
    auto const bad = migration("ALTER TABLE orders DROP COLUMN old_remark;");
    code("use('nothing')");
    auto const got = plan();
    ASSERT_EQ(got["problems"].size(), 1U);
    EXPECT_EQ(got["problems"][0]["step"], 1);
    EXPECT_EQ(got["problems"][0]["commit"], bad);
    EXPECT_NE(got["problems"][0]["message"].get<std::string>().find("src/a.py:1"), std::string::npos);
    EXPECT_EQ(status(), 1);
}

TEST_F(PlanStory, three_uses_a_column_before_it_is_there) {
    auto const early = code("use('fresh_remark', 'old_remark')");
    migration("ALTER TABLE orders ADD COLUMN fresh_remark text;");
    auto const got = plan();
    ASSERT_EQ(got["problems"].size(), 1U);
    EXPECT_EQ(got["problems"][0]["commit"], early);
    EXPECT_NE(got["problems"][0]["message"].get<std::string>().find("which only step 2 adds"), std::string::npos);
}

TEST_F(PlanStory, four_renames_in_one_step) {
    migration("ALTER TABLE orders RENAME COLUMN old_remark TO new_remark;");
    code("use('new_remark')");
    auto const got = plan();
    EXPECT_EQ(status(), 1);
    EXPECT_EQ(got["problems"][0]["step"], 1);
    EXPECT_NE(got["problems"][0]["message"].get<std::string>().find("neither the code before it nor"),
              std::string::npos);
}

TEST_F(PlanStory, five_holds_both_in_one_commit) {
    migration("CREATE TABLE fine (id bigint);");
    auto const bad =
        repository.commit({{"src/a.py", "use('both_remark')"},
                           {"db/migrations/20240201000000_m.sql", up("ALTER TABLE orders ADD both_remark text;")}},
                          "it's both");
    code("use('more')");
    auto const got = plan();
    EXPECT_EQ(status(), 1);
    EXPECT_EQ(got["problems"][0]["commit"], bad);
    EXPECT_EQ(got["problems"][0]["step"], 0);
    EXPECT_FALSE(got["problems"][0]["commands"].empty());
}

TEST_F(PlanStory, six_edits_a_migration_that_an_earlier_step_ran) {
    migration("CREATE TABLE fine (id bigint);");
    code("use('x')");
    repository.commit({{"db/migrations/20240101000000_m.sql", up("CREATE TABLE finer (id bigint);")}}, "edit");
    auto const got = plan();
    ASSERT_EQ(got["problems"].size(), 1U);
    EXPECT_EQ(got["problems"][0]["step"], 3);
}

TEST_F(PlanStory, edits_or_deletes_a_migration_that_is_deployed) {
    base = migration("CREATE TABLE fine (id bigint);");
    std::string const deployed = "db/migrations/20240101000000_m.sql";
    repository.commit({{deployed, up("CREATE TABLE finer (id bigint);")}}, "edit");
    EXPECT_EQ(status(), 1);
    EXPECT_NE(plan()["problems"][0]["message"].get<std::string>().find("is deployed already"), std::string::npos);
    repository.git({"reset", "-q", "--hard", base});
    repository.remove(deployed);
    repository.commit("delete");
    EXPECT_EQ(status(), 1);
    repository.git({"reset", "-q", "--hard", base});
    migration("CREATE TABLE own (id bigint);");
    repository.commit({{"db/migrations/20240101000001_m.sql", up("CREATE TABLE own (id bigint, x int);")}}, "own");
    EXPECT_EQ(status(), 0) << "nobody ran it yet";
}

TEST_F(PlanStory, makes_two_steps_of_services_that_share_no_database) {
    base =
        repository.commit({{".split-check/config.json",
                            R"({"version":1,"services":[{"name":"a","roots":["a/"]},{"name":"b","roots":["b/"]}]})"}},
                          "services");
    repository.commit({{"a/x.py", "1"}, {"b/db/migrations/20240101000000_m.sql", up("CREATE TABLE t (id bigint);")}},
                      "apart");
    auto const got = plan();
    EXPECT_TRUE(got["problems"].empty());
    ASSERT_EQ(got["steps"].size(), 2U);
    EXPECT_EQ(got["steps"][0]["kind"], "migration");
    EXPECT_EQ(got["steps"][1]["kind"], "code");
    EXPECT_EQ(got["steps"][0]["revision"], got["steps"][1]["revision"]);
    repository.commit({{"a/x.py", "2"}, {"a/db/migrations/20240101000000_m.sql", up("CREATE TABLE u (id bigint);")}},
                      "together");
    EXPECT_EQ(status(), 1);
}

TEST_F(PlanStory, seven_cannot_tell_what_a_block_does) {
    migration("SELECT do_things();");
    EXPECT_EQ(plan()["unknown"], true);
    EXPECT_EQ(status(), 0);
    EXPECT_EQ(run_split_check(repository, {"plan", base + "..HEAD", "--strict"}).status, 12);
}

// The commands are run as printed; afterwards the plan is sound and the files are what they were.
void split_as_told(Repository& repository, std::string const& base, std::string const& tree) {
    auto const problems = run_json(repository, {"plan", base + "..HEAD"})["problems"];
    ASSERT_EQ(problems.size(), 1U);
    std::string script = "set -e\n";
    for (auto const& command : problems[0]["commands"]) {
        script += command.get<std::string>() + "\n";
    }
    script.replace(script.find("YOUR-BRANCH"), 11, "main");
    process::Command command{{"bash", "-c", script}};
    command.environment = {{"GIT_AUTHOR_NAME", "a"},
                           {"GIT_AUTHOR_EMAIL", "a@example.org"},
                           {"GIT_COMMITTER_NAME", "a"},
                           {"GIT_COMMITTER_EMAIL", "a@example.org"},
                           {"GIT_CONFIG_GLOBAL", "/dev/null"}};
    command.directory = repository.path();
    auto const outcome = must(process::posix_runner().run(command));
    ASSERT_TRUE(outcome.succeeded()) << script << outcome.error_output;
    EXPECT_EQ(repository.git({"rev-parse", "HEAD^{tree}"}), tree);
    auto const plan = run_json(repository, {"plan", base + "..HEAD"});
    EXPECT_TRUE(plan["problems"].empty()) << plan;
}

TEST_F(PlanStory, commands_split_an_expanding_commit) {
    repository.commit({{"src/a.py", "use('both_remark')"},
                       {"src/it's new.py", "1"},
                       {"db/schema.sql", "x"},
                       {"db/migrations/20240201000000_m.sql", up("ALTER TABLE orders ADD both_remark text;")}},
                      "it's both");
    code("use('both_remark', 'more')");
    split_as_told(repository, base, repository.git({"rev-parse", "HEAD^{tree}"}));
}

TEST_F(PlanStory, commands_split_a_removing_commit_with_the_code_first) {
    repository.remove("README.md");
    repository.commit({{"src/a.py", "use('nothing')"},
                       {"db/migrations/20240201000000_m.sql", up("ALTER TABLE orders DROP COLUMN old_remark;")}},
                      "drop");
    split_as_told(repository, base, repository.git({"rev-parse", "HEAD^{tree}"}));
    auto const plan = run_json(repository, {"plan", base + "..HEAD"});
    EXPECT_EQ(plan["steps"][0]["kind"], "code");
    EXPECT_EQ(plan["steps"][1]["phase"], "contract");
}

TEST_F(PlanStory, is_drawn) {
    migration("ALTER TABLE orders DROP COLUMN old_remark;");
    auto const picture = run_split_check(repository, {"plan", base + "..HEAD", "--mermaid"}).out;
    EXPECT_TRUE(picture.starts_with("flowchart TD\n  s0[\"running: "));
    EXPECT_NE(picture.find("-- snapshot --> s1[\"deploy "), std::string::npos);
    EXPECT_NE(picture.find("s1 -.-x p0["), std::string::npos);
}

TEST_F(PlanStory, of_200_real_commits) {
    std::vector<std::string> wanted;
    for (int i = 0; i < 200; ++i) {
        bool const is_code = (i / 10) % 2 == 0;
        if (i % 10 == 0) {
            wanted.emplace_back(is_code ? "code" : "migration");
        }
        std::string const number = std::to_string(20240101000000 + i);
        repository.write(is_code ? "src/a.py" : "db/migrations/" + number + "_m.sql",
                         is_code ? std::to_string(i) : up("CREATE TABLE t" + std::to_string(i) + " (x_id bigint);"));
        repository.commit(std::to_string(i));
    }
    auto const got = plan();
    std::vector<std::string> kinds;
    for (auto const& step : got["steps"]) {
        kinds.push_back(step["kind"].get<std::string>());
    }
    EXPECT_EQ(kinds, wanted);
    EXPECT_TRUE(got["problems"].empty());
}

} // namespace
} // namespace sluice::test
