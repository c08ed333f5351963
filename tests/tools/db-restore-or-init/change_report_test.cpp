#include "tools/db-restore-or-init/change_report.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

std::string report(std::string const& verdict, std::string const& rest) {
    return R"({"version": 1, "mode": "during", "smoke": {"verdict": ")" + verdict + "\"}" + rest + "}";
}

std::string command(std::string const& started) {
    return R"(, "during": {"command": {"started": )" + started + R"(}, "not_started_because": "red before"})";
}

TEST(ChangeReport, tells_a_command_that_ran_from_one_that_did_not) {
    EXPECT_TRUE(test::must(parse_change_report(report("fail", command("true")), "r")).may_have_started);
    auto const not_run = test::must(parse_change_report(report("unknown", command("false")), "r"));
    EXPECT_FALSE(not_run.may_have_started);
    EXPECT_EQ(not_run.why_not, "red before");
}

TEST(ChangeReport, that_was_never_finished_does_not_say_no) {
    EXPECT_TRUE(test::must(parse_change_report(report("unfinished", command("false")), "r")).may_have_started);
    EXPECT_TRUE(test::must(parse_change_report(report("unfinished", ""), "r")).may_have_started);
}

class NoChangeReport : public testing::TestWithParam<std::string> {};

TEST_P(NoChangeReport, is_unknown) {
    auto const parsed = parse_change_report(GetParam(), "r");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().kind, Errc::unknown);
}

INSTANTIATE_TEST_SUITE_P(Texts, NoChangeReport,
                         testing::Values("", "{", "[]", "{}", R"({"version": 2, "mode": "during", "smoke": {}})",
                                         R"({"version": 1, "mode": "once", "smoke": {"verdict": "unknown"}})",
                                         R"({"version": 1, "mode": "during"})", report("unknown", ""),
                                         report("unknown", R"(, "during": {})"), report("unknown", command("\"no\""))));

TEST(ChangeReport, that_is_not_there_is_unknown) {
    auto const read = read_change_report("/nowhere/during.json");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Errc::unknown);
}

} // namespace
} // namespace sluice::db_restore
