#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;
using Arguments = std::vector<std::string>;

// One case for each code of the man page that can be brought about from outside. 70 is a bug, and so has none.
TEST(ExitCodes, are_those_of_the_manual) {
    auto& shop = Shop::shared();
    ASSERT_EQ(shop.restore("coded").exit_code, 0);
    auto const code = [&](Arguments const& arguments, std::string const& target = "coded") {
        return shop.run(target, arguments).exit_code;
    };
    EXPECT_EQ(code({"provenance", "--target", "env:TARGET"}), 0);
    EXPECT_EQ(code({"provenance", "--target", "env:TARGET"}, "postgres"), 1);
    EXPECT_EQ(code({"--target", "env:TARGET"}), 2);
    EXPECT_EQ(code(shop.arguments({"--max-age", "0s", "--on-missing", "init"})), 3);
    EXPECT_EQ(code(shop.arguments(), "shop"), 4);
    EXPECT_EQ(code(shop.arguments({"--max-age", "0s"})), 10);
    EXPECT_EQ(code({"provenance", "--target", "env:TARGET"}, "no_such_database"), 69);
    EXPECT_EQ(shop.run("coded", shop.arguments(), "app").exit_code, 77);
    auto const other = must(postgres::connect(shop.server().connection("postgres", "stage"), "other"));
    must(other->execute("SELECT pg_advisory_lock(hashtextextended('sluice restore of coded', 0))"));
    EXPECT_EQ(code(shop.arguments()), 75);
}

TEST(ExitCodes, say_65_for_a_damaged_snapshot) {
    auto& shop = Shop::shared();
    test::TemporaryDirectory const folder;
    auto const store = folder.path() / "store";
    std::filesystem::copy(shop.store(), store, std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(store / "chunks");
    EXPECT_EQ(shop.run("damaged", {"--target", "env:TARGET", "--stage", "a", "--store", store.string()}).exit_code, 65);
}

// Somebody else cancels a statement of ours: the limit that passed is not one of our own.
TEST(ExitCodes, say_124_when_the_server_ends_a_statement) {
    auto& shop = Shop::shared();
    // Keeps CREATE DATABASE waiting, so that the moment does not have to be hit.
    auto const holder = shop.server().session();
    must(holder->execute("BEGIN; LOCK TABLE pg_database IN SHARE MODE"));
    test::BackgroundTool tool("db-restore-or-init", shop.arguments({"--adopt"}), shop.environment("cancelled"));
    EXPECT_TRUE(test::eventually([&] {
        return shop.text("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE usename = 'stage' AND "
                         "wait_event_type = 'Lock' AND query LIKE 'CREATE DATABASE \"cancelled%'") != "0";
    })) << tool.error_output();
    must(holder->execute("ROLLBACK"));
    EXPECT_EQ(tool.wait(), 124) << tool.error_output();
    EXPECT_TRUE(shop.side_databases("cancelled").empty());
}

} // namespace
} // namespace sluice::db_restore
