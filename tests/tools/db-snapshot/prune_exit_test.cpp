// The exit codes of prune, each brought about from outside; 75 is in s3_fault_test.py, where a server refuses to
// remove. Streams need no database.
#include "common/time/timestamp.hpp"
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <csignal>
#include <functional>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::test {
namespace {

// Root may do anything. The real user changes too: of a program with two users LeakSanitizer cannot look at the memory.
process::Outcome run_as_ordinary_user(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program("db-snapshot"));
    if (geteuid() == 0) {
        arguments.insert(arguments.begin(), {"setpriv", "--reuid=65534", "--clear-groups"});
    }
    return must(process::posix_runner().run({.arguments = std::move(arguments)}));
}

class DbSnapshotPruneExit : public testing::Test {
  protected:
    DbSnapshotPruneExit() {
        take("one");
        std::string const first = oldest();
        // Of two in the same second nobody can tell which is the newer one.
        while (time::compact_timestamp(time::real_clock().wall_now()) == first.substr(0, first.find('-'))) {
            time::real_clock().sleep_for(std::chrono::milliseconds{20});
        }
        take("two");
    }
    void take(char const* text) const {
        must_run({program("db-snapshot"), "--store", m_tool.store().string(), "--name", "config", "--command", "echo",
                  text});
    }
    [[nodiscard]] std::filesystem::path config() const { return m_tool.store() / "snapshots/config"; }
    [[nodiscard]] std::string oldest() const { return m_tool.json({"list"})["snapshots"].at(0)["id"]; }
    [[nodiscard]] std::size_t manifests() const {
        std::size_t count = 0;
        for (auto const& entry : std::filesystem::recursive_directory_iterator(config())) {
            count += entry.path().filename() == "manifest.json" ? 1 : 0;
        }
        return count;
    }
    void expect(int code, std::vector<std::string> arguments, std::string const& said) const {
        arguments.insert(arguments.begin(), "prune");
        auto const outcome = m_tool.run(arguments);
        EXPECT_EQ(outcome.exit_code, code) << outcome.error_output;
        EXPECT_NE((outcome.output + outcome.error_output).find(said), std::string::npos)
            << outcome.output << outcome.error_output;
    }

    SnapshotTool m_tool{Variables{}};
};

TEST_F(DbSnapshotPruneExit, is_that_of_the_manual_and_nothing_goes_but_with_0) {
    expect(2, {}, "--keep-");
    expect(2, {"--keep-last", "none"}, "--keep-last");
    expect(2, {"--keep-last", "1", "--grace", "soon"}, "soon");
    expect(2, {"--keep-lats", "1"}, "--keep-last");
    expect(69, {"--keep-last", "1", "--name", "shop"}, "has never held 'shop'");
    EXPECT_EQ(
        run_tool("db-snapshot", {"prune", "--keep-last", "1", "--store", m_tool.store().string() + "-none"}).exit_code,
        69);
    expect(0, {"--keep-last", "1", "--dry-run"}, "nothing was removed; 1 snapshots would go");
    EXPECT_EQ(manifests(), 2U);
    expect(0, {"--keep-last", "1"}, "removed");
    EXPECT_EQ(manifests(), 1U);
    expect(0, {"--keep-last", "1"}, "keep");
}

TEST_F(DbSnapshotPruneExit, is_65_where_a_manifest_cannot_be_read_and_nothing_goes) {
    write_text(config() / oldest() / "manifest.json", "{");
    expect(65, {"--keep-last", "1"}, "manifest.json");
    EXPECT_EQ(manifests(), 2U);
    EXPECT_EQ(m_tool.chunk_files().size(), 2U);
}

TEST_F(DbSnapshotPruneExit, is_77_for_want_of_a_right_and_what_may_go_goes) {
    auto const chunks = m_tool.store() / "chunks";
    std::vector<std::filesystem::path> closed{chunks};
    for (auto const& entry : std::filesystem::recursive_directory_iterator(chunks)) {
        if (entry.is_directory()) {
            closed.push_back(entry.path());
        }
    }
    chmod(m_tool.store().parent_path().c_str(), 0755);
    must_run({"chmod", "-R", "a+rwX", m_tool.store().string()});
    for (auto const& folder : closed) {
        chmod(folder.c_str(), 0555);
    }
    auto const outcome = run_as_ordinary_user(m_tool.with_store({"prune", "--keep-last", "1"}));
    EXPECT_EQ(outcome.exit_code, 77) << outcome.error_output;
    EXPECT_NE(outcome.error_output.find("Permission denied"), std::string::npos) << outcome.error_output;
    for (auto const& folder : closed) {
        chmod(folder.c_str(), 0755);
    }
    EXPECT_EQ(manifests(), 1U);
    EXPECT_EQ(m_tool.chunk_files().size(), 2U);
}

TEST_F(DbSnapshotPruneExit, is_128_and_the_signal_where_a_signal_ends_it) {
    // Its run looks silent for a long time, so the prune watches it for 15 seconds.
    auto const folder = config() / "20200101T000000Z-0000";
    std::filesystem::create_directory(folder);
    write_text(folder / "status.json",
               R"({"version":1,"id":"20200101T000000Z-0000","state":"running","started":"2020-01-01T00:00:00Z",)"
               R"("heartbeat":"2020-01-01T00:00:00Z","host":"gone","bytes_done":0,"error":""})");
    BackgroundTool prune("db-snapshot", m_tool.with_store({"prune", "--keep-last", "1", "--grace", "0s"}));
    // A bit for each signal that has a handler, counted from 1.
    ASSERT_TRUE(eventually([&] {
        std::string const facts = read_text("/proc/" + std::to_string(prune.pid()) + "/status");
        auto const caught = std::stoull(facts.substr(facts.find("SigCgt:") + 7), nullptr, 16);
        return (caught >> (SIGTERM - 1U) & 1U) != 0;
    }));
    prune.signal(SIGTERM);
    EXPECT_EQ(prune.wait(), 128 + SIGTERM) << prune.error_output() << prune.output();
    EXPECT_EQ(manifests(), 2U);
}

} // namespace
} // namespace sluice::test
