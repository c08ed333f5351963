#include "common/postgres/dump_tools.hpp"

#include "tests/support/fake_runner.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace sluice::postgres {
namespace {

DumpTools version(int major) {
    return {"pg_dump" + std::to_string(major), "pg_restore" + std::to_string(major), major};
}

TEST(ChooseDumpTools, takes_the_server_s_own_version) {
    EXPECT_EQ(choose_dump_tools({version(17), version(15), version(16)}, 150004)->major, 15);
}

TEST(ChooseDumpTools, takes_the_nearest_newer_version) {
    EXPECT_EQ(choose_dump_tools({version(18), version(14), version(17)}, 160002)->major, 17);
}

TEST(ChooseDumpTools, never_takes_an_older_version) {
    auto const outcome = choose_dump_tools({version(14), version(15)}, 170001);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::not_found);
    EXPECT_EQ(outcome.error().message, "the server is PostgreSQL 17 and needs pg_dump and pg_restore of version 17 or "
                                       "newer; the newest here is 15");
    EXPECT_EQ(outcome.error().hint, "Install the package postgresql-client-17.");
}

TEST(ChooseDumpTools, says_when_none_is_installed) {
    auto const outcome = choose_dump_tools({}, 150004);
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.error().message.find("none is installed"), std::string::npos);
}

TEST(FindDumpTools, asks_the_programs_in_path_for_their_version) {
    test::FakeRunner runner;
    runner.when("pg_dump", process::Outcome{.output = "pg_dump (PostgreSQL) 99.3 (Debian 99.3-1)\n"});
    runner.when("pg_restore", process::Outcome{.output = "pg_restore (PostgreSQL) 99.3 (Debian 99.3-1)\n"});
    auto const tools = find_dump_tools(runner, 990001);
    ASSERT_TRUE(tools) << tools.error().message;
    EXPECT_EQ(tools->pg_dump, "pg_dump");
    EXPECT_EQ(tools->pg_restore, "pg_restore");
    EXPECT_EQ(tools->major, 99);
}

TEST(FindDumpTools, passes_over_a_pair_that_does_not_run) {
    test::FakeRunner runner;
    runner.when("pg_dump", process::Outcome{.output = "pg_dump (PostgreSQL) 99.3\n"});
    runner.when("pg_restore", process::Outcome{.exit_code = 1, .error_output = "no such cluster"});
    EXPECT_FALSE(find_dump_tools(runner, 990001));
}

TEST(FindDumpTools, counts_a_mixed_pair_as_its_older_half) {
    test::FakeRunner runner;
    runner.when("pg_dump", process::Outcome{.output = "pg_dump (PostgreSQL) 99.3\n"});
    runner.when("pg_restore", process::Outcome{.output = "pg_restore (PostgreSQL) 98.1\n"});
    EXPECT_FALSE(find_dump_tools(runner, 990001));
    EXPECT_EQ(find_dump_tools(runner, 980001)->major, 98);
}

TEST(FindDumpTools, asks_those_of_the_server_s_own_version_first_and_then_nobody_else) {
    auto const first = std::filesystem::directory_iterator("/usr/lib/postgresql");
    ASSERT_NE(first, std::filesystem::directory_iterator{});
    std::string const major = first->path().filename().string();
    auto const tools = find_dump_tools(process::posix_runner(), std::stoi(major) * 10'000);
    ASSERT_TRUE(tools) << tools.error().message;
    EXPECT_EQ(tools->pg_dump, "/usr/lib/postgresql/" + major + "/bin/pg_dump");
    EXPECT_EQ(tools->pg_restore, "/usr/lib/postgresql/" + major + "/bin/pg_restore");
}

TEST(FindDumpTools, finds_what_is_installed_here) { EXPECT_TRUE(find_dump_tools(process::posix_runner(), 130000)); }

} // namespace
} // namespace sluice::postgres
