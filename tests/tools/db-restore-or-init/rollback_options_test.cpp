#include "tests/support/must.hpp"
#include "tools/db-restore-or-init/options.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using Arguments = std::vector<std::string>;

Result<Options> parse(Arguments const& arguments) {
    return parse_options(arguments, ci::Environment{}).map([](auto parsed) { return std::get<Options>(parsed); });
}

Arguments with(Arguments const& more) {
    Arguments all{"rollback", "--target", "env:T", "--store", "/s"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST(RollbackOptions, have_the_documented_defaults) {
    auto const options = test::must(parse(with({"--to", "latest"})));
    EXPECT_EQ(options.verb, Verb::rollback);
    EXPECT_TRUE(options.rollback.broken_snapshot);
    EXPECT_FALSE(options.rollback.acceptance.all);
    EXPECT_TRUE(options.rollback.acceptance.tables.empty());
    EXPECT_TRUE(options.rollback.rescue.empty());
    EXPECT_EQ(options.rollback.exact_rows, 1'000'000U);
    EXPECT_EQ(options.lock_timeout, std::chrono::seconds{10});
    EXPECT_GE(options.jobs, 1U);
}

TEST(RollbackOptions, gather_what_is_given_again) {
    auto const options = test::must(
        parse(with({"--to", "20261122T001530Z-3f9a", "--accept-loss", "a.b", "--accept-loss", "c.d", "--rescue", "e.f",
                    "--rescue", "g.h", "--production", "77", "--no-broken-snapshot", "--exact-rows", "0"})));
    EXPECT_EQ(options.rollback.acceptance.tables, (std::set<std::string>{"a.b", "c.d"}));
    EXPECT_EQ(options.rollback.rescue, (std::set<std::string>{"e.f", "g.h"}));
    EXPECT_EQ(options.rollback.production, "77");
    EXPECT_FALSE(options.rollback.broken_snapshot);
    EXPECT_EQ(options.rollback.exact_rows, 0U);
}

struct Mistake {
    Arguments arguments;
    std::string said;
};

class RollbackMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(RollbackMistakes, are_named) {
    auto const parsed = parse(GetParam().arguments);
    ASSERT_FALSE(parsed) << GetParam().said;
    EXPECT_EQ(parsed.error().kind, Errc::usage);
    EXPECT_NE((parsed.error().message + " " + parsed.error().hint).find(GetParam().said), std::string::npos)
        << parsed.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Lines, RollbackMistakes,
    testing::Values(Mistake{with({}), "no snapshot named"}, Mistake{with({"--to", "lates"}), "did you mean 'latest'"},
                    Mistake{{"rollback", "--target", "env:T", "--to", "latest"}, "no store named"},
                    Mistake{{"rollback", "--store", "/s", "--to", "latest"}, "no target named"},
                    Mistake{with({"--to", "latest", "--accept-loss", "items"}), "names no loss"},
                    Mistake{with({"--to", "latest", "--rescue", "items"}), "is not a table"},
                    Mistake{with({"--to", "latest", "--rescue", "all"}), "is not a table"},
                    Mistake{with({"--to", "latest", "--production", "yes"}), "is not a system identifier"},
                    Mistake{with({"--to", "latest", "--rescue-file", "f"}), "no effect without --rescue"},
                    Mistake{with({"--to", "latest", "--explain", "--dotenv", "f"}), "no effect with --explain"},
                    Mistake{with({"--to", "latest", "--if-started", "a", "--if-failed", "b"}), "exclude each other"},
                    Mistake{with({"--to", "latest", "--lock-timeout", "soon"}), "'soon' is not a duration"},
                    Mistake{with({"--to", "latest", "--exact-rows", "-1"}), "exact-rows"},
                    Mistake{with({"--to", "latest", "--acept-loss", "all"}), "--accept-loss"},
                    Mistake{{"--stage", "a", "rollback", "--target", "env:T"}, "--stage stands before the verb"}));

} // namespace
} // namespace sluice::db_restore
