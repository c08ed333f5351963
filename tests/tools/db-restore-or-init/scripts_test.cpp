#include "tools/db-restore-or-init/scripts.hpp"

#include "tests/support/fake_runner.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using postgres::ConnectionParameters;

ConnectionParameters const k_side{
    {{"host", "db.example"}, {"port", "5433"}, {"user", "st@ge"}, {"password", "s3cret/ä"}, {"dbname", "shop=x"}}};

TEST(Scripts, pass_secrets_by_environment_only) {
    test::FakeRunner runner;
    runner.when("psql", process::Outcome{}).when("sh", process::Outcome{});
    test::must(run_sql_files(runner, k_side, {"a.sql", "b.sql"}));
    test::must(run_command(runner, k_side, {{"SLUICE_STAGE", "acceptance"}}, "migrate"));
    ASSERT_EQ(runner.calls().size(), 3U);
    for (auto const& call : runner.calls()) {
        EXPECT_EQ(call.environment.at("PGPASSWORD"), "s3cret/ä");
        EXPECT_EQ(call.unset.front(), "PGSERVICE");
        EXPECT_TRUE(call.show_output);
        for (auto const& argument : call.arguments) {
            EXPECT_EQ(argument.find("s3cret"), std::string::npos);
        }
    }
    EXPECT_EQ(runner.calls()[0].arguments.back(), "--file=a.sql");
    EXPECT_EQ(runner.calls()[2].environment.at("SLUICE_STAGE"), "acceptance");
    EXPECT_EQ(runner.calls()[2].environment.at("SLUICE_TARGET_URL"),
              "postgresql://st%40ge:s3cret%2F%C3%A4@db.example:5433/shop%3Dx");
}

TEST(Scripts, stop_at_the_first_file_that_fails) {
    test::FakeRunner runner;
    runner.when("psql", process::Outcome{.exit_code = 3});
    auto const outcome = run_sql_files(runner, k_side, {"a.sql", "b.sql"});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().context.front(), "running 'a.sql'");
    EXPECT_EQ(runner.calls().size(), 1U);
}

TEST(Scripts, name_a_socket_folder_in_a_url) {
    ConnectionParameters const local{{{"host", "/run/pg"}, {"port", "5433"}, {"user", "stage"}, {"dbname", "shop"}}};
    EXPECT_EQ(url_of(local), "postgresql://stage@/shop?host=%2Frun%2Fpg&port=5433");
}

TEST(Scripts, are_looked_at_before_any_work) {
    auto const outcome = check_readable({"/dev/null", "/nowhere/x.sql"});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "cannot read '/nowhere/x.sql'");
}

} // namespace
} // namespace sluice::db_restore
