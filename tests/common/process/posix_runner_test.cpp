#include "common/process/runner.hpp"
#include "tests/support/background_tool.hpp"
#include "tests/support/temporary_directory.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>

namespace sluice::process {
namespace {

using namespace std::chrono_literals;

Result<Outcome> shell(std::string const& script, Command command = {{}}) {
    command.arguments = {"sh", "-c", script};
    return posix_runner().run(command);
}

bool alive(int pid) { return kill(pid, 0) == 0; }

// A process that nobody has waited for yet still has a number but no longer runs.
bool ended(int pid) {
    if (!alive(pid)) {
        return true;
    }
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string text{std::istreambuf_iterator<char>(status), {}};
    return text.empty() || text.find(") Z") != std::string::npos;
}

TEST(PosixRunner, captures_both_streams_and_the_exit_code) {
    auto const outcome = shell("echo out; echo err >&2; exit 3");
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->exit_code, 3);
    EXPECT_FALSE(outcome->succeeded());
    EXPECT_EQ(outcome->output, "out\n");
    EXPECT_EQ(outcome->error_output, "err\n");
}

TEST(PosixRunner, reports_a_signal_as_a_shell_does) { EXPECT_EQ(shell("kill -KILL $$")->exit_code, 128 + SIGKILL); }

TEST(PosixRunner, passes_arguments_untouched) {
    auto const outcome = posix_runner().run({.arguments = {"printf", "%s|", "a b", "", "$HOME", "*", "x\ny"}});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->output, "a b||$HOME|*|x\ny|");
}

TEST(PosixRunner, adds_to_the_environment_and_replaces_in_it) {
    setenv("SLUICE_TEST_KEPT", "kept", 1);
    setenv("SLUICE_TEST_REPLACED", "old", 1);
    Command command{{}};
    command.environment = {{"SLUICE_TEST_REPLACED", "new"}, {"SLUICE_TEST_ADDED", "a=b c"}};
    auto const outcome =
        shell("echo \"$SLUICE_TEST_KEPT,$SLUICE_TEST_REPLACED,$SLUICE_TEST_ADDED\"; env | grep -c REPLACED", command);
    unsetenv("SLUICE_TEST_KEPT");
    unsetenv("SLUICE_TEST_REPLACED");
    EXPECT_EQ(outcome->output, "kept,new,a=b c\n1\n");
}

TEST(PosixRunner, runs_in_the_given_directory) {
    test::TemporaryDirectory const folder;
    Command command{{}};
    command.directory = folder.path().string();
    EXPECT_EQ(shell("pwd", command)->output, std::filesystem::canonical(folder.path()).string() + "\n");
}

TEST(PosixRunner, blames_the_directory_and_not_the_program_when_it_is_missing) {
    Command command{{}};
    command.directory = "/nonexistent/folder";
    auto const outcome = shell("true", command);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::not_found);
    EXPECT_NE(outcome.error().message.find("'/nonexistent/folder'"), std::string::npos) << outcome.error().message;
}

TEST(PosixRunner, gives_children_an_empty_standard_input) { EXPECT_EQ(shell("cat | wc -c")->output, "0\n"); }

TEST(PosixRunner, says_when_the_program_is_not_there) {
    auto const outcome = posix_runner().run({.arguments = {"no-such-program-here"}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::not_found);
    EXPECT_EQ(outcome.error().message, "cannot run 'no-such-program-here': No such file or directory");
    EXPECT_FALSE(outcome.error().hint.empty());
}

TEST(PosixRunner, says_when_the_file_cannot_be_executed) {
    auto const outcome = posix_runner().run({.arguments = {"/etc/passwd"}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "cannot run '/etc/passwd': Permission denied");
}

TEST(PosixRunner, reads_large_outputs_of_both_streams_at_once) {
    auto const outcome = shell("head -c 8000000 /dev/zero >&2 & head -c 8000000 /dev/zero; wait");
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->output.size(), 8'000'000U);
    EXPECT_GE(outcome->error_output.size(), 65'536U);
    EXPECT_LE(outcome->error_output.size(), 2U * 65'536U);
}

TEST(PosixRunner, keeps_the_end_of_a_long_error_output) {
    auto const outcome = shell("seq 1 100000 >&2");
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->error_output.ends_with("99999\n100000\n"));
}

TEST(PosixRunner, hands_over_output_piece_by_piece) {
    std::size_t total = 0;
    Command command{{}};
    command.on_output = [&](std::string_view text) -> Result<void> {
        total += text.size();
        return {};
    };
    auto const outcome = shell("head -c 3000000 /dev/zero", command);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(total, 3'000'000U);
    EXPECT_EQ(outcome->output, "");
}

TEST(PosixRunner, stops_the_child_when_the_receiver_of_its_output_fails) {
    Command command{{}};
    command.on_output = [](std::string_view) -> Result<void> { return fail(Errc::temporary, "disk full"); };
    auto const outcome = shell("yes", command);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "disk full");
}

TEST(PosixRunner, stops_a_child_that_takes_too_long) {
    Command command{{}};
    command.limit = 200ms;
    auto const begin = std::chrono::steady_clock::now();
    auto const outcome = shell("sleep 60", command);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 9s);
}

TEST(PosixRunner, ends_the_whole_group_and_not_the_child_alone) {
    test::TemporaryDirectory const folder;
    Command command{{}};
    command.limit = 500ms;
    EXPECT_FALSE(shell("sleep 60 & echo $! > '" + folder.file("pid") + "'; wait", command));
    int const grandchild = std::stoi(test::read_text(folder.file("pid")));
    EXPECT_TRUE(test::eventually([&] { return ended(grandchild); }, 5s));
}

TEST(PosixRunner, kills_a_child_that_ignores_the_polite_signal) {
    Command command{{}};
    command.limit = 300ms;
    command.grace = 500ms;
    auto const begin = std::chrono::steady_clock::now();
    auto const outcome = shell("trap '' TERM; while :; do sleep 0.05; done", command);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 9s);
}

TEST(PosixRunner, kills_a_grandchild_that_ignores_the_polite_signal) {
    test::TemporaryDirectory const folder;
    Command command{{}};
    command.limit = 500ms;
    command.grace = 500ms;
    EXPECT_FALSE(
        shell("(trap '' TERM; while :; do sleep 0.05; done) & echo $! > '" + folder.file("pid") + "'; wait", command));
    int const grandchild = std::stoi(test::read_text(folder.file("pid")));
    EXPECT_TRUE(test::eventually([&] { return ended(grandchild); }, 5s));
}

// A hook that starts a service leaves somebody behind who holds the pipes open.
TEST(PosixRunner, does_not_wait_for_a_grandchild_that_keeps_the_pipes) {
    auto const begin = std::chrono::steady_clock::now();
    auto const outcome = shell("echo first; sleep 30 & echo $!");
    ASSERT_TRUE(outcome);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    ASSERT_TRUE(outcome->output.starts_with("first\n")) << outcome->output;
    kill(std::stoi(outcome->output.substr(6)), SIGKILL);
}

TEST(PosixRunner, does_not_listen_for_ever_to_a_talkative_grandchild) {
    test::TemporaryDirectory const folder;
    std::size_t heard = 0;
    Command command{{}};
    // Far more than two full pipes hold.
    command.on_output = [&](std::string_view text) -> Result<void> {
        heard += text.size();
        return heard > 200'000'000 ? fail(Errc::internal, "still listening") : Result<void>{};
    };
    auto const outcome = shell("yes & echo $! > '" + folder.file("pid") + "'", command);
    kill(std::stoi(test::read_text(folder.file("pid"))), SIGKILL);
    EXPECT_TRUE(outcome) << outcome.error().message;
}

TEST(PosixRunner, leaves_no_descriptor_open_in_parent_or_child) {
    auto const count = [](std::string const& folder) {
        return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
    };
    auto const before = count("/proc/self/fd");
    auto const outcome = shell("ls /proc/self/fd | wc -l");
    EXPECT_EQ(count("/proc/self/fd"), before);
    // The child may have what this test has itself been given, and no pipe of the runner's besides its two streams.
    EXPECT_LE(std::stol(outcome->output), before);
}

TEST(FailureOf, names_program_exit_code_and_the_end_of_what_it_said) {
    Command const command{{"pg_dump", "--format=custom"}};
    Error const error = failure_of(command, {.exit_code = 1, .error_output = "1\n2\n3\n4\n5\n6\n\n"});
    EXPECT_EQ(error.message, "'pg_dump' ended with exit code 1: 2\n3\n4\n5\n6");
    EXPECT_EQ(failure_of(command, {.exit_code = 2}).message, "'pg_dump' ended with exit code 2");
    EXPECT_EQ(failure_of(command, {.exit_code = 2, .error_output = "only line\n"}).message,
              "'pg_dump' ended with exit code 2: only line");
}

} // namespace
} // namespace sluice::process
