// kill -9 of the tool and of the server while a snapshot is taken: nothing that list, latest or verify take for a
// snapshot may be anything but whole.
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>
#include <set>
#include <thread>

namespace sluice::test {
namespace {

using namespace std::chrono_literals;

// About 20 MB of text that compresses badly: some dozens of chunks, one run takes about half a second.
void make_tables(PrivateServer const& server, std::string const& database) {
    server.execute("CREATE TABLE public.big AS SELECT i, md5(i::text) || md5((i * 7)::text) AS t FROM "
                   "generate_series(1, 250000) AS i; CREATE TABLE public.small AS SELECT generate_series(1, 10) AS i",
                   database);
}

std::uint64_t rows_in(snapshot::Manifest const& manifest) { return manifest.total_rows(); }

/// Whatever the store shows as complete must be whole, and `latest` must be one of those.
void expect_only_whole_snapshots(SnapshotTool const& tool, std::string const& database) {
    auto const list = tool.json({"list", "--name", database});
    for (auto const& entry : list["snapshots"]) {
        auto const id = entry["id"].get<std::string>();
        auto const verified = tool.run({"verify", id, "--name", database});
        bool const complete = entry["state"] == "complete";
        EXPECT_EQ(verified.exit_code == 0, complete) << entry << verified.error_output;
        EXPECT_TRUE(complete || entry["state"] == "running" || entry["state"] == "dead" || entry["state"] == "failed")
            << entry;
        EXPECT_TRUE(complete || !entry["latest"].get<bool>()) << entry;
        if (complete) {
            EXPECT_EQ(rows_in(tool.manifest(database, id)), 250'010U);
        }
    }
}

bool shares_a_chunk(SnapshotTool const& one, SnapshotTool const& other) {
    std::set<std::filesystem::path> names;
    for (auto const& file : other.chunk_files()) {
        names.insert(file.filename());
    }
    auto const files = one.chunk_files();
    return std::any_of(files.begin(), files.end(), [&](auto const& file) { return names.contains(file.filename()); });
}

TEST(DbSnapshotKill, leaves_nothing_half_wherever_the_tool_is_killed) {
    TemporaryDatabase const database;
    make_tables(PrivateServer::shared(), database.name());
    auto const variables = PrivateServer::shared().variables(database.name());
    // How long a whole run takes here and now, so that the kills spread over all of it.
    SnapshotTool const whole(variables);
    auto const begin = std::chrono::steady_clock::now();
    whole.take();
    auto const whole_run = std::chrono::steady_clock::now() - begin;

    constexpr int points = 24;
    constexpr int most_attempts = 4 * points; // on a busy machine some runs end before their signal
    int killed = 0;
    SnapshotTool const tool(variables);
    for (int i = 0; killed < points && i < most_attempts; ++i) {
        BackgroundTool run("db-snapshot", tool.with_store({"--jobs", "2"}), variables);
        std::this_thread::sleep_for(whole_run * (i % points) / points);
        run.signal(SIGKILL);
        killed += run.wait() == 128 + SIGKILL ? 1 : 0;
    }
    EXPECT_GE(killed, 20);
    // One more dies when it has stored rows too: a chunk that the whole run has as well, since a schema archive, which
    // holds its date, is never the same again.
    bool stored_rows = shares_a_chunk(tool, whole);
    for (int i = 0; !stored_rows && i < most_attempts; ++i) {
        BackgroundTool run("db-snapshot", tool.with_store({"--jobs", "2"}), variables);
        auto const deadline = std::chrono::steady_clock::now() + 2 * whole_run;
        while (!stored_rows && std::chrono::steady_clock::now() < deadline) {
            stored_rows = shares_a_chunk(tool, whole);
        }
        run.signal(SIGKILL);
        run.wait();
    }
    EXPECT_GT(tool.chunk_files().size(), 0U);
    expect_only_whole_snapshots(tool, database.name());
    auto const next = tool.json({});
    EXPECT_LT(next["new_bytes"].get<std::uint64_t>(), next["stored_bytes"].get<std::uint64_t>())
        << "chunks that killed runs left behind were written again";
    EXPECT_EQ(tool.run({"verify", "latest"}).exit_code, 0);
    expect_only_whole_snapshots(tool, database.name());
    EXPECT_EQ(next["rows"], 250'010U);
}

// Between the last chunk and the promotion there are three small files; a delay hardly ever hits them.
TEST(DbSnapshotKill, leaves_nothing_half_when_killed_while_it_writes_the_last_files) {
    TemporaryDatabase const database;
    make_tables(PrivateServer::shared(), database.name());
    auto const variables = PrivateServer::shared().variables(database.name());
    SnapshotTool const tool(variables);
    auto const earlier = tool.take();
    for (int i = 0; i < 5; ++i) {
        PrivateServer::shared().execute("INSERT INTO public.small VALUES (1); DELETE FROM public.small WHERE ctid = "
                                        "(SELECT min(ctid) FROM public.small)",
                                        database.name());
        BackgroundTool run("db-snapshot", tool.with_store({}), variables);
        auto const manifests = [&] {
            std::size_t count = 0;
            for (auto const& entry :
                 std::filesystem::recursive_directory_iterator(tool.store() / "snapshots" / database.name())) {
                count += entry.path().filename() == "manifest.json" ? 1 : 0;
            }
            return count;
        };
        std::size_t const before = manifests();
        while (run.running() && manifests() == before) {
        }
        run.signal(SIGKILL);
        run.wait();
        expect_only_whole_snapshots(tool, database.name());
    }
}

TEST(DbSnapshotKill, ends_with_143_and_says_failed_after_sigterm) {
    TemporaryDatabase const database;
    make_tables(PrivateServer::shared(), database.name());
    auto const variables = PrivateServer::shared().variables(database.name());
    // Held up at a lock, so that the signal surely meets a run that works.
    auto const other = database.session();
    must(other->execute("BEGIN; LOCK TABLE public.small IN ACCESS EXCLUSIVE MODE"));
    SnapshotTool const tool(variables);
    BackgroundTool run("db-snapshot", tool.with_store({"--lock-timeout", "60s"}), variables);
    ASSERT_TRUE(eventually([&] { return run.error_output().find("snapshot begins") != std::string::npos; }));
    run.signal(SIGTERM);
    EXPECT_EQ(run.wait(), 143);
    EXPECT_EQ(run.output(), "");
    auto const entries = tool.json({"list"})["snapshots"];
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0]["state"], "failed");
    EXPECT_NE(entries[0]["problem"].get<std::string>().find("signal 15"), std::string::npos);
    auto const status = tool.run({"status", entries[0]["id"].get<std::string>()});
    EXPECT_EQ(status.exit_code, 1);
    EXPECT_TRUE(status.output.starts_with("failed: ")) << status.output;
}

TEST(DbSnapshotKill, ends_with_143_while_it_reads_rows) {
    TemporaryDatabase const database;
    make_tables(PrivateServer::shared(), database.name());
    auto const variables = PrivateServer::shared().variables(database.name());
    SnapshotTool const tool(variables);
    BackgroundTool run("db-snapshot", tool.with_store({"--jobs", "1"}), variables);
    ASSERT_TRUE(eventually([&] { return tool.chunk_files().size() > 1; }));
    run.signal(SIGTERM);
    EXPECT_EQ(run.wait(), 143) << run.error_output();
    EXPECT_EQ(tool.json({"list"})["snapshots"].at(0)["state"], "failed");
    EXPECT_EQ(must(database.session()->number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE "
                                              "'sluice snapshot%'")),
              0);
}

TEST(DbSnapshotKill, leaves_nothing_half_when_the_server_dies) {
    PrivateServer server;
    server.execute("CREATE DATABASE shop");
    make_tables(server, "shop");
    SnapshotTool const tool(server.variables("shop"));
    int died_midway = 0;
    for (std::size_t const chunks : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
        BackgroundTool run("db-snapshot", tool.with_store({"--jobs", "1", "--name", "shop" + std::to_string(chunks)}),
                           server.variables("shop"));
        std::size_t const before = tool.chunk_files().size();
        ASSERT_TRUE(eventually([&] {
            return !run.running() || (run.error_output().find("snapshot begins") != std::string::npos &&
                                      tool.chunk_files().size() >= std::min<std::size_t>(before + chunks, 3));
        }));
        server.kill();
        int const code = run.wait();
        EXPECT_TRUE(code == 0 || code == 75) << code << run.error_output();
        died_midway += code == 75 ? 1 : 0;
        server.restart();
        expect_only_whole_snapshots(tool, "shop" + std::to_string(chunks));
    }
    EXPECT_GE(died_midway, 3);
    auto const next = tool.json({"--name", "shop0"});
    EXPECT_LT(next["new_bytes"].get<std::uint64_t>(), next["stored_bytes"].get<std::uint64_t>());
    EXPECT_EQ(tool.run({"verify", "latest", "--name", "shop0"}).exit_code, 0);
}

} // namespace
} // namespace sluice::test
