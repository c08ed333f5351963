// Snapshots of streams: what a command prints, what comes through a pipe, and the way back. No database is needed.
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>

namespace sluice::test {
namespace {

constexpr std::uint64_t k_mebibyte = std::uint64_t{1024} * 1024;

class DbSnapshotStream : public testing::Test {
  protected:
    process::Outcome command(std::vector<std::string> arguments, std::vector<std::string> own = {}) {
        std::vector<std::string> all = m_tool.with_store({"--name", "vm-config"});
        all.insert(all.end(), own.begin(), own.end());
        all.emplace_back("--command");
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run_tool("db-snapshot", all, {});
    }
    process::Outcome pipe(std::string const& producer) {
        return run_program({"bash", "-o", "pipefail", "-c", producer + " | \"$@\"", "bash", program("db-snapshot"),
                            "--stdin", "--name", "vm-config", "--store", m_tool.store().string()});
    }
    [[nodiscard]] std::vector<std::string> stream_of(std::string const& name, std::string const& script) const {
        std::vector<std::string> all = m_tool.with_store({"--name", name});
        all.insert(all.end(), {"--command", "sh", "-c", script});
        return all;
    }
    process::Outcome run(std::vector<std::string> arguments) { return m_tool.run(std::move(arguments)); }

    SnapshotTool m_tool{Variables{}};
    TemporaryDirectory m_folder{};
};

TEST_F(DbSnapshotStream, gives_back_what_a_command_printed) {
    std::string const text = "bytes with \xff and\nline ends\n";
    write_text(m_folder.path() / "in", text);
    auto const taken = command({"cat", m_folder.file("in")});
    ASSERT_EQ(taken.exit_code, 0) << taken.error_output;
    auto const id = taken.output.substr(0, 21);
    EXPECT_EQ(taken.output, id + "\n");
    for (auto const* wanted : {id.c_str(), "latest"}) {
        auto const back = run({"cat", wanted, "--name", "vm-config"});
        EXPECT_EQ(back.exit_code, 0) << back.error_output;
        EXPECT_EQ(back.output, text);
    }
    EXPECT_EQ(run({"status", id}).output, "complete\n");
    EXPECT_EQ(run({"wait", id}).exit_code, 0);
    EXPECT_EQ(run({"verify", id}).exit_code, 0);
    auto const shown = m_tool.json({"show", id});
    EXPECT_EQ(shown["producer"], "cat");
    EXPECT_EQ(shown["producer_checked"], true);
    EXPECT_EQ(shown["plain_bytes"], text.size());
    EXPECT_EQ(must_run({"sha256sum", m_folder.file("in")}).substr(0, 64), shown["sha256"].get<std::string>());
    EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(0)["kind"], "stream");
}

TEST_F(DbSnapshotStream, never_makes_a_snapshot_of_a_command_that_fails) {
    struct Case {
        std::vector<std::string> command;
        int exit_code;
        char const* said;
    };
    std::vector<Case> const cases{
        {{"sh", "-c", "echo half; exit 3"}, 69, "'sh' ended with exit code 3"},
        {{"sh", "-c", "echo half; kill -9 $$"}, 69, "'sh' ended with exit code 137"},
        {{"bash", "-o", "pipefail", "-c", "(echo half; false) | cat"}, 69, "'bash' ended with exit code 1"},
        {{"no-such-program"}, 69, "cannot run 'no-such-program'"},
        {{"true"}, 65, "the stream is empty"},
    };
    for (auto const& one : cases) {
        auto const outcome = command(one.command);
        EXPECT_EQ(outcome.exit_code, one.exit_code) << outcome.error_output;
        EXPECT_EQ(outcome.output, "");
        EXPECT_NE(outcome.error_output.find(one.said), std::string::npos) << outcome.error_output;
    }
    auto const listed = m_tool.json({"list"});
    for (auto const& entry : listed["snapshots"]) {
        EXPECT_EQ(entry["state"], "failed") << entry;
        EXPECT_EQ(run({"wait", entry["id"].get<std::string>()}).exit_code, 1);
    }
    EXPECT_EQ(run({"cat", "latest", "--name", "vm-config"}).exit_code, 69);
}

// bash does not wait for what it started with >( ).
TEST_F(DbSnapshotStream, waits_for_all_that_holds_the_commands_output) {
    auto const taken = command({"bash", "-c", "echo first; (sleep 1; echo last) & exit 0"});
    ASSERT_EQ(taken.exit_code, 0) << taken.error_output;
    EXPECT_EQ(run({"cat", "latest"}).output, "first\nlast\n");
}

TEST_F(DbSnapshotStream, marks_what_came_through_a_pipe) {
    ASSERT_EQ(command({"echo", "whole"}).exit_code, 0);
    auto const piped = pipe("(echo half; exit 1)");
    EXPECT_EQ(piped.exit_code, 1) << "bash's own answer";
    auto const id = piped.output.substr(0, 21);
    EXPECT_EQ(run({"cat", "latest"}).output, "whole\n") << "a pipe never becomes latest";
    auto const waited = run({"wait", id});
    EXPECT_EQ(waited.exit_code, 3);
    EXPECT_NE(waited.output.find("nobody knows"), std::string::npos);
    EXPECT_NE(run({"show", id}).output.find("nobody knows"), std::string::npos);
    EXPECT_NE(run({"list"}).output.find("producer not checked"), std::string::npos);
    EXPECT_EQ(run({"verify", id}).exit_code, 0);
    EXPECT_FALSE(std::filesystem::exists(m_tool.store() / "snapshots/vm-config" / id / "verified.json"));
    EXPECT_EQ(run({"cat", id}).output, "half\n");
    EXPECT_EQ(run({"prune", "--keep-last", "1"}).exit_code, 0);
    EXPECT_EQ(run({"cat", "latest"}).output, "whole\n");
}

TEST_F(DbSnapshotStream, stores_of_tomorrows_stream_what_is_new) {
    auto const in = m_folder.file("in");
    must_run(
        {"sh", "-c",
         "openssl enc -aes-128-ctr -pass pass:x -nosalt -iter 1 -in /dev/zero 2>/dev/null | head -c 33554432 >\"$1\"",
         "sh", in});
    auto const today = command({"cat", in});
    ASSERT_EQ(today.exit_code, 0) << today.error_output;
    auto const tomorrow = command(
        {"sh", "-c", R"(head -c 10000000 "$1"; echo an insertion; tail -c +10000001 "$1")", "sh", in}, {"--json"});
    ASSERT_EQ(tomorrow.exit_code, 0) << tomorrow.error_output;
    Json const taken = must(json::parse(tomorrow.output, "output"));
    auto const fresh = taken["new_bytes"].get<double>() / taken["stored_bytes"].get<double>();
    std::cout << "new in a stream with an insertion: " << fresh << " of it\n";
    EXPECT_LT(fresh, 0.15) << "three of some thirty chunks";
    EXPECT_EQ(taken["plain_bytes"].get<std::uint64_t>(), 33'554'432U + 13);
}

TEST_F(DbSnapshotStream, says_what_does_not_go_together) {
    struct Case {
        std::vector<std::string> arguments;
        char const* said;
    };
    std::vector<Case> const cases{
        {{"--stdin"}, "a stream needs a name"},
        {{"--command", "echo", "x"}, "a stream needs a name"},
        {{"--name", "x", "--command"}, "--command names no command"},
        {{"--name", "x", "--stdin", "--command", "echo"}, "one of them at a time"},
        {{"--name", "x", "--source", "env:URL", "--stdin"}, "are for databases"},
        {{"--name", "x", "--stdin", "--background"}, "--background"},
        {{"list", "--command", "echo"}, "are for taking a snapshot"},
    };
    for (auto const& one : cases) {
        std::vector<std::string> arguments{"--store", m_tool.store().string()};
        if (one.arguments.front() == "list") {
            arguments = {};
        }
        arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
        auto const outcome = run_tool("db-snapshot", arguments, {{"SLUICE_STORE", m_tool.store().string()}});
        EXPECT_EQ(outcome.exit_code, 2) << outcome.error_output;
        EXPECT_NE(outcome.error_output.find(one.said), std::string::npos) << outcome.error_output;
    }
    EXPECT_FALSE(std::filesystem::exists(m_tool.store()));
}

TEST_F(DbSnapshotStream, finds_damage_and_never_prints_a_wrong_byte) {
    ASSERT_EQ(command({"echo", "something to keep"}).exit_code, 0);
    auto const file = m_tool.chunk_files().at(0);
    write_text(file, read_text(file).substr(1));
    for (auto const* verb : {"cat", "verify"}) {
        auto const outcome = run({verb, "latest"});
        EXPECT_EQ(outcome.exit_code, 65);
        EXPECT_EQ(outcome.output, "");
    }
}

TEST_F(DbSnapshotStream, exports_a_plain_file_with_its_checksum) {
    ASSERT_EQ(command({"echo", "plain"}).exit_code, 0);
    auto const exported = run({"export", "latest", m_folder.file("out")});
    ASSERT_EQ(exported.exit_code, 0) << exported.error_output;
    EXPECT_EQ(read_text(m_folder.path() / "out/stream"), "plain\n");
    EXPECT_EQ(
        run_program({"sh", "-c", "cd \"$1\" && sha256sum --check SHA256SUMS", "sh", m_folder.file("out")}).exit_code,
        0);
}

TEST_F(DbSnapshotStream, is_taken_in_the_background_too) {
    auto const begun = command({"sh", "-c", "sleep 1; echo late"}, {"--background", "--log", m_folder.file("log")});
    ASSERT_EQ(begun.exit_code, 0) << begun.error_output;
    auto const id = begun.output.substr(0, 21);
    EXPECT_EQ(run({"status", id}).exit_code, 75);
    EXPECT_EQ(run({"wait", id, "--timeout", "30s"}).exit_code, 0);
    EXPECT_EQ(run({"cat", id}).output, "late\n");
}

TEST_F(DbSnapshotStream, keeps_nothing_of_a_stream_that_was_interrupted) {
    BackgroundTool taking("db-snapshot", stream_of("vm-config", "echo begun; sleep 60"), {});
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(m_tool.store() / "snapshots/vm-config"); }));
    taking.signal(SIGTERM);
    EXPECT_EQ(taking.wait(), 143);
    EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(0)["state"], "failed");
}

std::uint64_t peak_bytes(BackgroundTool& run) {
    std::uint64_t peak = 0;
    EXPECT_TRUE(eventually(
        [&] {
            std::ifstream status("/proc/" + std::to_string(run.pid()) + "/status");
            for (std::string line; std::getline(status, line);) {
                if (line.starts_with("VmHWM:")) {
                    peak = std::max<std::uint64_t>(peak, std::stoull(line.substr(6)) * 1024);
                }
            }
            return !run.running();
        },
        std::chrono::minutes{5}));
    return peak;
}

// A gibibyte through a process that may have sixty-four mebibytes.
TEST_F(DbSnapshotStream, needs_little_memory_whatever_the_size) {
    BackgroundTool taking("db-snapshot",
                          stream_of("big", "openssl enc -aes-128-ctr -pass pass:x -nosalt -iter 1 -in /dev/zero "
                                           "2>/dev/null | head -c 1073741824"),
                          {});
    std::uint64_t const peak = peak_bytes(taking);
    ASSERT_EQ(taking.wait(), 0) << taking.error_output();
    BackgroundTool reading("db-snapshot", m_tool.with_store({"cat", "latest"}), {});
    std::uint64_t const peak_back = peak_bytes(reading);
    ASSERT_EQ(reading.wait(), 0) << reading.error_output();
    std::cout << "peak for 1 GiB: " << peak / k_mebibyte << " MiB in, " << peak_back / k_mebibyte << " MiB out\n";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LT(peak, 64 * k_mebibyte);
    EXPECT_LT(peak_back, 64 * k_mebibyte);
#endif
    EXPECT_EQ(m_tool.json({"show", "latest"})["plain_bytes"], 1024 * k_mebibyte);
}

} // namespace
} // namespace sluice::test
