// The hole in every exported snapshot: a TRUNCATE and reload, or a rewriting ALTER TABLE, that commits between the
// snapshot and the lock makes the table read as empty, with no error (reference/snapshot-anchors.md section 2).
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <iostream>
#include <thread>

namespace sluice::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t k_rows = 1000;

void make_tables(TemporaryDatabase const& database) {
    database.execute("CREATE TABLE public.reloaded AS SELECT i, md5(i::text) AS t FROM generate_series(1, 1000) AS i;"
                     "CREATE TABLE public.rewritten AS TABLE public.reloaded;"
                     "CREATE TABLE public.bystander AS TABLE public.reloaded");
}

/// Rewrites both tables again and again, with a pause between, until it goes out of scope.
class Rewriter {
  public:
    explicit Rewriter(TemporaryDatabase const& database) : m_thread([this, &database] { work(database); }) {}
    ~Rewriter() {
        m_stop = true;
        m_thread.join();
    }
    Rewriter(Rewriter const&) = delete;
    Rewriter& operator=(Rewriter const&) = delete;
    [[nodiscard]] int cycles() const { return m_cycles; }

  private:
    void work(TemporaryDatabase const& database) {
        auto const session = database.session();
        while (!m_stop) {
            // Of different lengths, so that the snapshot's steps fall into every part of a cycle, and some of them long
            // enough for all locks: without any pause no snapshot can be had.
            std::this_thread::sleep_for(std::chrono::milliseconds(m_cycles * 397 % 700));
            must(session->execute("BEGIN; TRUNCATE public.reloaded; INSERT INTO public.reloaded SELECT i, md5(i::text) "
                                  "FROM generate_series(1, 1000) AS i; COMMIT"));
            char const* const type = m_cycles % 2 == 0 ? "bigint" : "integer";
            must(session->execute(std::string("ALTER TABLE public.rewritten ALTER i TYPE ") + type));
            ++m_cycles;
        }
    }

    std::atomic<bool> m_stop{false};
    std::atomic<int> m_cycles{0};
    std::thread m_thread;
};

TEST(DbSnapshotRace, never_loses_rows_to_truncate_and_rewrites) {
    TemporaryDatabase const database;
    make_tables(database);
    SnapshotTool const tool(PrivateServer::shared().variables(database.name()));
    int succeeded = 0;
    int refused = 0;
    {
        Rewriter const rewriter(database);
        constexpr int attempts = 30;
        for (int i = 0; i < attempts; ++i) {
            auto const outcome = tool.run({"--jobs", std::to_string(1 + i % 4), "--json", "--lock-timeout", "4s"});
            if (outcome.exit_code == 75) {
                ++refused;
                continue;
            }
            ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
            ++succeeded;
            auto const id = must(json::parse(outcome.output, "output"))["id"].get<std::string>();
            for (auto const& data : tool.manifest(database.name(), id).data) {
                ASSERT_EQ(data.rows, std::uint64_t{k_rows}) << "attempt " << i;
            }
        }
        EXPECT_GT(rewriter.cycles(), 5);
    }
    EXPECT_GE(succeeded, 1);
    std::cout << succeeded << " succeeded, " << refused << " refused\n";
}

std::int64_t rows_dumped(TemporaryDatabase const& database, std::string const& snapshot, std::string const& table) {
    std::string const dump = must_run({"pg_dump", "--data-only", "--snapshot=" + snapshot, "--table=" + table},
                                      PrivateServer::shared().variables(database.name()));
    std::size_t const begin = dump.find("FROM stdin;\n");
    std::size_t const end = dump.find("\n\\.\n", begin);
    if (begin == std::string::npos || end == std::string::npos) {
        throw std::runtime_error("no COPY in the dump");
    }
    return std::count(dump.begin() + static_cast<std::ptrdiff_t>(begin),
                      dump.begin() + static_cast<std::ptrdiff_t>(end), '\n');
}

// Proves that the race above can be lost: without locks the same steps give empty tables and exit code 0.
TEST(DbSnapshotRace, is_lost_by_pg_dump_under_a_snapshot_exported_without_locks) {
    TemporaryDatabase const database;
    make_tables(database);
    auto const holder = database.session();
    must(holder->execute("BEGIN ISOLATION LEVEL REPEATABLE READ"));
    auto const snapshot = must(holder->text("SELECT pg_export_snapshot()"));
    database.execute("BEGIN; TRUNCATE public.reloaded; INSERT INTO public.reloaded SELECT i, md5(i::text) "
                     "FROM generate_series(1, 1000) AS i; COMMIT; ALTER TABLE public.rewritten ALTER i TYPE bigint");
    EXPECT_EQ(rows_dumped(database, snapshot, "public.reloaded"), 0);
    EXPECT_EQ(rows_dumped(database, snapshot, "public.rewritten"), 0);
    EXPECT_EQ(rows_dumped(database, snapshot, "public.bystander"), k_rows);
}

// A queue behind our locks would stall the application, so the wait is bounded and the reason is named.
TEST(DbSnapshotRace, gives_up_after_the_lock_timeout_and_names_the_table) {
    TemporaryDatabase const database;
    make_tables(database);
    auto const other = database.session();
    must(other->execute("BEGIN; LOCK TABLE public.reloaded IN ACCESS EXCLUSIVE MODE"));
    SnapshotTool const tool(PrivateServer::shared().variables(database.name()));
    auto const begin = std::chrono::steady_clock::now();
    auto const outcome = tool.run({"--lock-timeout", "700ms"});
    auto const took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(outcome.exit_code, 75) << outcome.error_output;
    EXPECT_NE(outcome.error_output.find("could not lock all tables"), std::string::npos) << outcome.error_output;
    EXPECT_NE(outcome.error_output.find("--lock-timeout"), std::string::npos);
    EXPECT_LT(took, 15s);
    must(other->execute("ROLLBACK"));
    EXPECT_EQ(tool.run({}).exit_code, 0);
}

} // namespace
} // namespace sluice::test
