#include "tools/db-restore-or-init/options.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using Arguments = std::vector<std::string>;

Result<Options> parse(Arguments const& arguments, std::map<std::string, std::string> environment = {}) {
    return parse_options(arguments, ci::Environment{std::move(environment)}).map([](auto parsed) {
        return std::get<Options>(parsed);
    });
}

Arguments with(Arguments const& more) {
    Arguments all{"--target", "env:T", "--stage", "acceptance", "--store", "/s"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST(Options, have_the_documented_defaults) {
    auto const options = test::must(parse(with({})));
    EXPECT_EQ(options.verb, Verb::restore);
    ASSERT_EQ(options.origins.size(), 1U);
    EXPECT_EQ(to_text(options.origins[0]), "snapshot:latest");
    EXPECT_EQ(options.missing.action, OnMissing::fail);
    EXPECT_EQ(options.keep_old, 1U);
    EXPECT_EQ(options.lock_timeout, std::chrono::seconds{10});
    EXPECT_FALSE(options.origins[0].conditions.max_age);
    EXPECT_FALSE(options.adopt);
    EXPECT_GE(options.jobs, 1U);
    EXPECT_LE(options.jobs, 4U);
}

TEST(Options, keep_the_order_of_origins_and_files) {
    auto const options = test::must(
        parse(with({"--from", "live:env:P", "--from", "snapshot:20261122T001530Z-3f9a", "--on-missing", "init",
                    "--init-sql", "a", "--init-sql", "b", "--after-restore", "c", "--max-age", "26h"})));
    ASSERT_EQ(options.origins.size(), 2U);
    EXPECT_EQ(options.origins[0].what, "env:P");
    EXPECT_EQ(options.origins[1].what, "20261122T001530Z-3f9a");
    EXPECT_EQ(options.init_sql, (Arguments{"a", "b"}));
    EXPECT_EQ(options.after_restore, (Arguments{"c"}));
    EXPECT_EQ(options.missing.action, OnMissing::init);
    EXPECT_FALSE(options.origins[0].conditions.max_age) << "a live database has no age";
    EXPECT_EQ(options.origins[1].conditions.max_age, std::chrono::hours{26});
}

TEST(Options, take_the_store_from_the_environment_only_where_none_is_given) {
    Arguments const bare{"--target", "env:T", "--stage", "acceptance"};
    EXPECT_EQ(test::must(parse(bare, {{"SLUICE_STORE", "/e"}})).store, "/e");
    EXPECT_EQ(test::must(parse(with({}), {{"SLUICE_STORE", "/e"}})).store, "/s");
    Arguments const live{"--target", "env:T", "--stage", "acceptance", "--from", "live:env:P"};
    EXPECT_EQ(test::must(parse(live, {{"SLUICE_STORE", "/e"}})).store, "");
}

struct Mistake {
    Arguments arguments;
    std::string said;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, are_usage_errors_that_name_the_option) {
    auto const parsed = parse(GetParam().arguments);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().kind, Errc::usage);
    std::string const all = result::to_text(parsed.error(), "");
    EXPECT_NE(all.find(GetParam().said), std::string::npos) << all;
}

INSTANTIATE_TEST_SUITE_P(
    All, Mistakes,
    testing::Values(Mistake{{}, "no target named"}, Mistake{{"--target", "", "--stage", "a"}, "no target named"},
                    Mistake{{"--target", "env:T"}, "no stage named"},
                    Mistake{{"--target", "env:T", "--stage", "a"}, "no store named"},
                    Mistake{{"--target", "env:T", "--stage", "a b", "--store", "/s"}, "--stage 'a b'"},
                    Mistake{with({"--from", "snapsot:latest"}), "did you mean 'snapshot'"},
                    Mistake{with({"--from", "snapshot:yesterday"}), "'yesterday' is not a snapshot id"},
                    Mistake{with({"--from", "snapshot:lastest"}), "did you mean 'latest'"},
                    Mistake{with({"--from", "live:"}), "'live:' is not an origin"},
                    Mistake{with({"--max-age", "26"}), "--max-age"}, Mistake{with({"--jobs", "0"}), "--jobs"},
                    Mistake{with({"--keep-old", "-1"}), "--keep-old"},
                    Mistake{with({"--from", "snapshot:latest", "live:env:P"}), "live:env:P"},
                    Mistake{with({"--on-missing", "maybe"}), "--on-missing"},
                    Mistake{with({"--init-sql", "f"}), "no effect without --on-missing init"},
                    Mistake{with({"--init-command", "c"}), "no effect without --on-missing init"},
                    Mistake{with({"--explain", "--dotenv", "f"}), "--dotenv has no effect"},
                    Mistake{with({"--name", "a/b"}), "'a/b' cannot be a name"},
                    Mistake{with({"--lock-timeout", "fast"}), "--lock-timeout"},
                    Mistake{with({"--adpot"}), "did you mean '--adopt'"},
                    Mistake{{"--target", "env:T", "--stage", "a", "--from", "live:env:P", "--store", "/s"}, "--store"},
                    Mistake{{"--target", "env:T", "--stage", "a", "--from", "live:env:P", "--max-age", "1h"},
                            "--max-age is for snapshots"},
                    Mistake{{"--target", "env:T", "--stage", "a", "--from", "live:env:P", "--keep-template"},
                            "--keep-template is for snapshots"},
                    Mistake{{"--target", "env:T", "--stage", "Production", "--store", "/s", "--on-missing", "init"},
                            "never starts empty"},
                    Mistake{with({"--first-build"}), "--first-build has no effect"},
                    Mistake{with({"--policy", "p", "--from", "live:env:P"}), "--from is what --policy says"},
                    Mistake{with({"--policy", "p", "--max-age", "1h"}), "--max-age is what --policy says"},
                    Mistake{with({"--policy", "p", "--init-sql", "f"}), "--init-sql is what --policy says"},
                    Mistake{with({"--policy", "p", "--init-command", "c"}), "--init-command is what --policy says"},
                    Mistake{{"policy"}, "A subcommand is required"}, Mistake{{"policy", "lint"}, "FILE is required"},
                    Mistake{{"--stage", "a", "policy", "lint", "p"}, "--stage stands before the verb"},
                    Mistake{{"--stage", "a", "cleanup", "--target", "env:T"}, "--stage stands before the verb"},
                    Mistake{{"mark", "--target", "env:T"}, "--environment"},
                    Mistake{{"mark", "--target", "env:T", "--environment", "a b"}, "'a b' is not a name"},
                    Mistake{{"clean", "--target", "env:T"}, "clean"}));

TEST(Options, let_production_start_empty_for_a_first_build_only) {
    Arguments const first{"--target", "env:T",        "--stage", "production",   "--store",
                          "/s",       "--on-missing", "init",    "--first-build"};
    EXPECT_EQ(test::must(parse(first)).missing.action, OnMissing::init);
}

TEST(Options, read_each_verb) {
    EXPECT_EQ(test::must(parse({"provenance", "--target", "env:T"})).verb, Verb::provenance);
    auto const cleanup = test::must(parse({"cleanup", "--target", "env:T", "--dry-run", "--templates"}));
    EXPECT_EQ(cleanup.verb, Verb::cleanup);
    EXPECT_TRUE(cleanup.dry_run);
    EXPECT_TRUE(cleanup.templates);
    auto const mark = test::must(parse({"mark", "--target", "env:T", "--environment", "production"}));
    EXPECT_EQ(mark.verb, Verb::mark);
    EXPECT_EQ(mark.environment, "production");
    auto const lint = test::must(parse({"policy", "lint", "p.json", "--json"}));
    EXPECT_EQ(lint.verb, Verb::lint_policy);
    EXPECT_EQ(lint.policy, "p.json");
    EXPECT_TRUE(lint.common.json);
}

} // namespace
} // namespace sluice::db_restore
