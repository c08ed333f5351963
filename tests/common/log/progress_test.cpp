#include "common/log/progress.hpp"

#include "tests/support/run_tool.hpp"

#include <gtest/gtest.h>
#include <regex>

namespace sluice::log {
namespace {

TEST(SizeText, uses_powers_of_ten_and_two_digits_below_ten) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(512), "512 B");
    EXPECT_EQ(size_text(999), "999 B");
    EXPECT_EQ(size_text(1'000), "1.0 kB");
    EXPECT_EQ(size_text(1'449), "1.4 kB");
    EXPECT_EQ(size_text(23'000'000), "23 MB");
    EXPECT_EQ(size_text(999'999), "1.0 MB");
    EXPECT_EQ(size_text(1'400'000'000), "1.4 GB");
    EXPECT_EQ(size_text(5'000'000'000'000'000), "5000 TB");
}

TEST(Progress, writes_a_line_at_the_start_and_at_the_end_where_there_is_no_terminal) {
    auto const outcome = test::run_tool("progress_test_tool", {"10000000", "4000000"});
    std::regex const shape("[^\n]* info sluice: begin copying total=\"10 MB\"\n"
                           "[^\n]* info sluice: end copying progress=\"4\\.0 MB of about 10 MB, [^\n]*/s, [^\n]*\"\n");
    EXPECT_TRUE(std::regex_match(outcome.error_output, shape)) << outcome.error_output;
    EXPECT_EQ(outcome.output, "");
}

TEST(Progress, says_when_the_total_is_unknown) {
    auto const outcome = test::run_tool("progress_test_tool", {"0", "4000000"});
    EXPECT_NE(outcome.error_output.find("total=unknown"), std::string::npos);
    EXPECT_EQ(outcome.error_output.find("of about"), std::string::npos);
}

TEST(Progress, never_shows_more_done_than_the_total) {
    auto const outcome = test::run_tool("progress_test_tool", {"1000000", "4000000"});
    EXPECT_NE(outcome.error_output.find("4.0 MB of about 4.0 MB"), std::string::npos) << outcome.error_output;
}

// script(1) gives the program a terminal.
TEST(Progress, shows_one_changing_line_with_the_time_left_on_a_terminal) {
    auto const outcome = test::run_in_shell(
        "progress_test_tool", "script --quiet --return --command \"$TOOL 10000000 4000000 600\" /dev/null");
    EXPECT_EQ(outcome.output.find("begin copying"), std::string::npos);
    std::regex const line("copying: 4\\.0 MB of about 10 MB, [^\r\n]*/s, [^\r\n]*, about [^\r\n]* left\r\x1b\\[K");
    EXPECT_TRUE(std::regex_search(outcome.output, line)) << outcome.output;
    EXPECT_NE(outcome.output.find("end copying"), std::string::npos);
}

} // namespace
} // namespace sluice::log
