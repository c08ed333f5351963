// Memory is flat: 128 MiB at four jobs whatever the size of the database, plus the largest row.
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <iostream>

namespace sluice::test {
namespace {

constexpr std::uint64_t k_mebibyte = std::uint64_t{1024} * 1024;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool k_sanitized = true; // shadow memory and quarantine are several times the program's own
#else
constexpr bool k_sanitized = false;
#endif

/// The highest resident size that a program reached, as the kernel counts it. Asked again and again, since a process
/// that has ended has no status any more; it only ever grows, so the last answer misses next to nothing.
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

std::uint64_t peak_of(SnapshotTool const& tool, std::vector<std::string> const& arguments) {
    BackgroundTool run("db-snapshot", tool.with_store(arguments), tool.environment());
    std::uint64_t const peak = peak_bytes(run);
    EXPECT_EQ(run.wait(), 0) << run.error_output();
    std::cout << (arguments.empty() ? "" : arguments.front()) << ": peak " << peak / k_mebibyte << " MiB\n";
    return peak;
}

TEST(DbSnapshotMemory, stays_flat_over_a_table_of_a_gibibyte) {
    PrivateServer server({"autovacuum=off", "max_wal_size=4GB"});
    // Wide rows that no TOAST compresses or takes out of line; unlogged, to be made in seconds.
    server.execute(
        "CREATE UNLOGGED TABLE public.big (i integer, t text); ALTER TABLE public.big ALTER t SET STORAGE PLAIN");
    server.execute("INSERT INTO public.big SELECT i, repeat(md5(i::text), 240) FROM generate_series(1, 138000) AS i");
    ASSERT_GT(must(server.session()->number("SELECT pg_relation_size('public.big')")),
              static_cast<std::int64_t>(1024 * k_mebibyte));
    for (bool const encrypted : {false, true}) {
        auto variables = server.variables("postgres");
        if (encrypted) {
            variables["SLUICE_STORE_KEY"] = must_run({program("db-snapshot"), "key", "generate"});
        }
        SnapshotTool const tool(variables);
        ASSERT_EQ(tool.run(encrypted ? std::vector<std::string>{"init", "--encrypt"} : std::vector<std::string>{"init"})
                      .exit_code,
                  0);
        std::uint64_t const taking = peak_of(tool, {"--jobs", "4"});
        std::uint64_t const verifying = peak_of(tool, {"verify", "latest", "--jobs", "4"});
        EXPECT_GT(tool.json({"show", "latest"})["plain_bytes"].get<std::uint64_t>(), 1000 * k_mebibyte);
        if (!k_sanitized) {
            EXPECT_LT(taking, 128 * k_mebibyte);
            EXPECT_LT(verifying, 128 * k_mebibyte);
        }
    }
}

// libpq reads a row whole into its input buffer, which it doubles as it grows, and PQgetCopyData hands out a copy of
// it; so the largest row counts twice, and the buffer may be up to twice as long as the row.
TEST(DbSnapshotMemory, grows_by_twice_the_largest_row) {
    constexpr std::uint64_t row = 200 * k_mebibyte;
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.wide AS SELECT repeat('0123456789', " + std::to_string(row / 10) + ") AS t");
    SnapshotTool const tool(PrivateServer::shared().variables(database.name()));
    std::uint64_t const taking = peak_of(tool, {"--jobs", "4"});
    EXPECT_EQ(tool.json({"show", "latest"})["rows"], 1);
    if (!k_sanitized) {
        EXPECT_LT(taking, 128 * k_mebibyte + 2 * row);
    }
    auto const verified =
        tool.run({"verify", "latest", "--restore-to", PrivateServer::shared().connection("postgres").conninfo()});
    EXPECT_EQ(verified.exit_code, 0) << verified.output << verified.error_output;
}

} // namespace
} // namespace sluice::test
