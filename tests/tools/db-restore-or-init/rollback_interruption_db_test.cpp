#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-restore-or-init/back_out.hpp"

#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <thread>

namespace sluice::db_restore {
namespace {

using test::BackOut;
using test::must;
using test::Shop;
using Lines = std::vector<std::string>;

// What a writer was told is done must be in the restored database, in the report, or in the kept one as reported.
TEST(RollbackInterruption, lets_no_write_slip_in_between_report_and_swap) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "busy");
    stage.execute("CREATE SEQUENCE shop.ticket; GRANT INSERT, SELECT ON shop.visits TO app");
    shop.server().execute("GRANT app TO stage");
    std::atomic<bool> stop{false};
    std::atomic<int> written{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 3; ++i) {
        writers.emplace_back([&] {
            while (!stop) {
                auto session = postgres::connect(shop.server().connection("busy", "app"), "writer");
                while (session && !stop && (*session)->execute("INSERT INTO shop.visits VALUES ('busy')")) {
                    ++written;
                }
            }
        });
    }
    ASSERT_TRUE(test::eventually([&] { return written > 50; }));
    auto const outcome = stage.roll_back({"--accept-loss", "shop.visits", "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
    stop = true;
    for (auto& writer : writers) {
        writer.join();
    }
    auto const document = must(json::parse(outcome.output, "result"));
    int const reported = document["losses"][0]["inserted"];
    std::string const count = "SELECT count(*) FROM shop.visits WHERE page = 'busy'";
    EXPECT_EQ(shop.text(count, stage.broken_database()), std::to_string(reported));
    // As long as the old database was there an insert may have been done without its writer hearing of it, never the
    // other way round.
    int const after = std::stoi(stage.text(count));
    EXPECT_GE(reported + after, written);
    EXPECT_LE(reported + after, written + 3);
    shop.server().execute("REVOKE app FROM stage");
}

TEST(RollbackInterruption, by_a_signal_gives_the_writers_back_their_database) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "stopped");
    stage.execute("UPDATE shop.items SET name = 'broken'");
    std::string const before = stage.contents();
    for (int const number : {SIGTERM, SIGKILL}) {
        SCOPED_TRACE(number);
        test::BackgroundTool tool("db-restore-or-init", stage.arguments({"--accept-loss", "all"}),
                                  shop.environment("stopped"));
        ASSERT_TRUE(test::eventually([&] { return !shop.side_databases("stopped").empty(); })) << tool.error_output();
        tool.signal(number);
        EXPECT_EQ(tool.wait(), 128 + number) << tool.error_output();
        EXPECT_TRUE(test::eventually([&] {
            return shop.run("stopped", {"cleanup", "--target", "env:TARGET"}).exit_code == 0;
        }));
        EXPECT_TRUE(shop.side_databases("stopped").empty());
        EXPECT_EQ(stage.contents(), before);
        stage.execute("SET lock_timeout = '5s'; UPDATE shop.items SET name = 'broken'");
    }
    EXPECT_EQ(stage.roll_back({"--accept-loss", "all"}).exit_code, 0);
    EXPECT_EQ(stage.contents(), stage.protected_contents());
}

// Killed while the names are being changed: held still there by a session that cannot leave.
TEST(RollbackInterruption, by_sigkill_inside_the_swap_leaves_the_target_whole) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "swapping");
    shop.server().execute("GRANT app TO stage; GRANT CONNECT ON DATABASE swapping TO app");
    stage.execute("DELETE FROM shop.visits");
    std::string const before = stage.contents();
    {
        auto const stuck = must(postgres::connect(shop.server().connection("swapping", "app"), "application"));
        kill(stuck->backend_pid(), SIGSTOP);
        test::BackgroundTool tool("db-restore-or-init", stage.arguments({"--accept-loss", "all"}),
                                  shop.environment("swapping"));
        EXPECT_TRUE(test::eventually([&] {
            return shop.text("SELECT count(*) FROM pg_stat_activity WHERE usename = 'stage' AND state = 'active' AND "
                             "query LIKE 'ALTER DATABASE \"swapping\" RENAME%'") != "0";
        })) << tool.error_output();
        tool.signal(SIGKILL);
        tool.wait();
        kill(stuck->backend_pid(), SIGCONT);
    }
    EXPECT_TRUE(test::eventually([&] {
        return shop.run("swapping", {"cleanup", "--target", "env:TARGET"}).exit_code == 0;
    }));
    EXPECT_EQ(stage.contents(), before);
    EXPECT_EQ(stage.roll_back({"--accept-loss", "all"}).exit_code, 0);
    EXPECT_EQ(stage.contents(), stage.protected_contents());
    shop.server().execute("REVOKE app FROM stage");
}

TEST(RollbackInterruption, notices_a_table_that_was_made_meanwhile) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "growing");
    stage.execute("DELETE FROM shop.visits");
    auto const migration = must(postgres::connect(shop.server().connection("growing", "stage"), "migration"));
    must(migration->execute("BEGIN; SET ROLE shop_owner; CREATE TABLE shop.sprouted AS SELECT 1 AS i"));
    test::BackgroundTool tool("db-restore-or-init", stage.arguments({"--accept-loss", "all"}),
                              shop.environment("growing"));
    ASSERT_TRUE(test::eventually([&] { return !shop.side_databases("growing").empty(); })) << tool.error_output();
    must(migration->execute("COMMIT"));
    EXPECT_EQ(tool.wait(), 75) << tool.error_output();
    EXPECT_NE(tool.error_output().find("tables were made while"), std::string::npos) << tool.error_output();
    EXPECT_TRUE(shop.side_databases("growing").empty());
    EXPECT_EQ(stage.text("SELECT count(*) FROM shop.sprouted"), "1");
}

TEST(RollbackInterruption, of_production_needs_its_identifier) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "prod");
    ASSERT_EQ(shop.run("prod", {"mark", "--target", "env:TARGET", "--environment", "production"}).exit_code, 0);
    std::string const server = shop.text("SELECT system_identifier FROM pg_control_system()");
    stage.execute("DELETE FROM shop.visits");
    std::string const before = stage.contents();
    for (auto const& [more, said] :
         {std::pair{Lines{}, "is production, and --production does not say so"},
          std::pair{Lines{"--production", "123"}, "--production says 123"},
          std::pair{Lines{"--production", server, "--to", "latest"}, "was not taken by this pipeline"},
          std::pair{Lines{"--production", server, "--to", shop.snapshot(), "--name", "shop"}, "is not one of"}}) {
        auto arguments = more;
        arguments.insert(arguments.end(), {"--accept-loss", "all"});
        auto const outcome = stage.roll_back(arguments);
        EXPECT_EQ(outcome.exit_code, 4) << outcome.error_output;
        EXPECT_NE(outcome.error_output.find(said), std::string::npos) << outcome.error_output;
    }
    EXPECT_EQ(stage.contents(), before);
    auto const outcome = stage.roll_back({"--production", server, "--accept-loss", "all"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(stage.contents(), stage.protected_contents());
    EXPECT_NE(shop.comment("prod").find("\"environment\":\"production\""), std::string::npos) << shop.comment("prod");
    EXPECT_EQ(shop.restore("prod", {"--adopt"}).exit_code, 4);
}

} // namespace
} // namespace sluice::db_restore
