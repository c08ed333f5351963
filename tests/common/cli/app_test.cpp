#include "common/json/json.hpp"
#include "tests/support/background_tool.hpp"
#include "tests/support/run_tool.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

process::Outcome run(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) {
    return test::run_tool("cli_test_tool", std::move(arguments), std::move(environment));
}

process::Outcome shell(std::string const& script) { return test::run_in_shell("cli_test_tool", script); }

TEST(RunMain, turns_yes_and_no_into_0_and_1) {
    auto const yes = run({"--do", "yes"});
    EXPECT_EQ(yes.exit_code, 0);
    EXPECT_EQ(yes.output, "yes\n");
    EXPECT_EQ(yes.error_output, "");
    auto const no = run({"--do", "no"});
    EXPECT_EQ(no.exit_code, 1);
    EXPECT_EQ(no.output, "no\n");
    EXPECT_EQ(no.error_output, "");
}

TEST(RunMain, prints_help_with_examples_on_stdout) {
    auto const help = run({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_EQ(help.error_output, "");
    EXPECT_NE(help.output.find("does what it is told"), std::string::npos);
    EXPECT_NE(help.output.find("Examples:\n  cli_test_tool --do yes\n"), std::string::npos) << help.output;
    EXPECT_NE(help.output.find("man cli_test_tool"), std::string::npos);
}

TEST(RunMain, prints_name_and_version) {
    auto const version = run({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_EQ(version.output, "cli_test_tool " + std::string(SLUICE_VERSION) + "\n");
}

TEST(RunMain, refuses_an_unknown_option) {
    auto const outcome = run({"--do", "yes", "--jsn"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.output, "");
    EXPECT_TRUE(outcome.error_output.starts_with("cli_test_tool: error: ")) << outcome.error_output;
    EXPECT_TRUE(outcome.error_output.ends_with("  hint: did you mean '--json'?\n")) << outcome.error_output;
}

TEST(RunMain, takes_an_exception_for_a_bug) {
    auto const outcome = run({"--do", "throw"});
    EXPECT_EQ(outcome.exit_code, 70);
    EXPECT_NE(outcome.error_output.find("broken invariant"), std::string::npos);
    EXPECT_NE(outcome.error_output.find("bug"), std::string::npos);
}

TEST(RunMain, prints_an_error_without_its_secrets) {
    auto const outcome = run({"--do", "fail"});
    EXPECT_EQ(outcome.exit_code, 65);
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(outcome.error_output,
              "cli_test_tool: error: the chunk 'x' of postgresql://u:***@h/d is damaged\n  hint: Take it again.\n");
}

TEST(RunMain, prints_an_error_as_json_too_when_asked) {
    auto const outcome = run({"--do", "fail", "--json"});
    EXPECT_EQ(outcome.exit_code, 65);
    auto const document = json::parse(outcome.output, "stdout");
    ASSERT_TRUE(document) << outcome.output;
    EXPECT_EQ(document->at("error").at("kind"), "bad_data");
    EXPECT_EQ(document->at("error").at("exit_code"), 65);
    EXPECT_EQ(document->at("error").at("message"), "the chunk 'x' of postgresql://u:***@h/d is damaged");
    EXPECT_EQ(document->at("error").at("hint"), "Take it again.");
    EXPECT_NE(outcome.error_output.find("Take it again."), std::string::npos);
}

TEST(RunMain, prints_a_usage_error_as_json_too) {
    auto const outcome = run({"--json", "--nonsense"});
    EXPECT_EQ(outcome.exit_code, 2);
    auto const document = json::parse(outcome.output, "stdout");
    ASSERT_TRUE(document) << outcome.output;
    EXPECT_EQ(document->at("error").at("kind"), "usage");
}

TEST(RunMain, logs_debug_lines_only_with_verbose) {
    EXPECT_EQ(run({"--do", "yes"}).error_output, "");
    EXPECT_NE(run({"--do", "yes", "--verbose"}).error_output.find(" debug cli_test_tool: deciding what=yes"),
              std::string::npos);
}

TEST(RunMain, hands_the_environment_to_the_options) {
    EXPECT_EQ(run({"--do", "read-environment"}, {{"CLI_TEST_TOOL", "seen"}}).output, "seen\n");
}

TEST(RunMain, stops_at_sigterm_sigint_and_sighup) {
    for (int const number : {SIGTERM, SIGINT, SIGHUP}) {
        test::BackgroundTool tool("cli_test_tool", {"--do", "wait"});
        ASSERT_TRUE(test::eventually([&] { return tool.output() == "waiting\n"; }));
        tool.signal(number);
        EXPECT_EQ(tool.wait(), 128 + number);
        EXPECT_EQ(tool.error_output(), "cli_test_tool: error: stopped by signal " + std::to_string(number) + "\n");
    }
}

TEST(RunMain, ends_at_once_with_the_second_signal) {
    test::BackgroundTool tool("cli_test_tool", {"--do", "hang"});
    ASSERT_TRUE(test::eventually([&] { return tool.output() == "waiting\n"; }));
    tool.signal(SIGINT);
    EXPECT_FALSE(test::eventually([&] { return !tool.running(); }, std::chrono::milliseconds{300}));
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM);
}

TEST(RunMain, fails_when_its_output_is_closed_full_or_nobody_reads_it) {
    EXPECT_EQ(shell("$TOOL --do yes >&-").exit_code, 69);
    EXPECT_EQ(shell("$TOOL --do yes >/dev/full").exit_code, 69);
    EXPECT_EQ(shell("$TOOL --help >/dev/full").exit_code, 69);
    EXPECT_EQ(shell("{ sleep 0.3; $TOOL --do yes; echo $? >&2; } | true").error_output,
              "cli_test_tool: error: cannot write the result to standard output\n69\n");
}

// With stdin closed as well, the next file opened would get number 0 or 1 and swallow the result.
TEST(RunMain, never_takes_a_file_of_its_own_for_a_closed_stream) {
    EXPECT_EQ(shell("$TOOL --do yes <&- >&-").exit_code, 69);
    EXPECT_EQ(shell("$TOOL --do yes <&- >&- 2>&-").exit_code, 69);
    EXPECT_EQ(shell("$TOOL --do yes <&- 2>&-").output, "yes\n");
    EXPECT_EQ(shell("$TOOL --do yes 2>&-").exit_code, 0);
}

} // namespace
} // namespace sluice::cli
