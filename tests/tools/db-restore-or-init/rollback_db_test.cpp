#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/back_out.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::BackOut;
using test::losses_in;
using test::must;
using test::Shop;
using Lines = std::vector<std::string>;

void expect_put_back(Shop& shop, BackOut const& stage, process::Outcome const& outcome, std::string const& broken) {
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.error_output;
    EXPECT_EQ(stage.contents(), stage.protected_contents());
    EXPECT_EQ(shop.fingerprint(stage.broken_database()), broken);
}

TEST(Rollback, goes_back_at_once_where_nothing_was_written) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "quiet");
    stage.execute("ALTER TABLE shop.items DROP COLUMN price; CREATE INDEX ON shop.orders (item); ALTER TABLE "
                  "shop.orders ADD COLUMN paid boolean NOT NULL DEFAULT false");
    auto const look = stage.explain();
    EXPECT_EQ(look["verdict"], "nothing_lost") << look.dump();
    std::string const broken = stage.contents();
    expect_put_back(shop, stage, stage.roll_back(), broken);
    EXPECT_EQ(stage.text("SELECT count(price) FROM shop.items"), "20000");
}

// The test counts with SQL of its own, from the changes it makes, in three tables.
TEST(Rollback, reports_what_was_written_to_three_tables) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "written");
    stage.execute("CREATE TABLE shop.tally (what text); INSERT INTO shop.tally SELECT 'kept'");
    stage.execute("INSERT INTO shop.items (name, price) SELECT 'late ' || i, i FROM generate_series(1, 17) i; "
                  "UPDATE shop.items SET price = price + 1 WHERE id % 1000 = 0; "
                  "DELETE FROM shop.orders WHERE id > 4990; UPDATE shop.orders SET item = item WHERE id < 50; "
                  "INSERT INTO shop.visits VALUES ('page 1', '2030-01-02 03:04:05+00'), ('page 2', '2030-01-01'); "
                  "DELETE FROM shop.visits WHERE ctid = (SELECT min(ctid) FROM shop.visits)");
    std::string const updated = stage.text("SELECT count(*) FROM shop.items WHERE id % 1000 = 0 AND id <= 20000");
    std::string const deleted = stage.text("SELECT 5000 - count(*) FROM shop.orders");
    auto const look = stage.explain();
    EXPECT_EQ(look["verdict"], "refused");
    EXPECT_EQ(losses_in(look), (Lines{"shop.items 17 " + updated + " 0 exact", "shop.orders 0 0 " + deleted + " exact",
                                      "shop.tally 1 0 0 exact", "shop.visits 2 0 1 exact"}));
    EXPECT_EQ(look["losses"][2]["fate"], "added");
    EXPECT_EQ(look["losses"][3]["newest"]["column"], "seen");
    EXPECT_TRUE(look["losses"][3]["newest"]["value"].get<std::string>().starts_with("2030-01-02 03:04:05"));
    EXPECT_TRUE(look["transactions"].is_number_unsigned()) << look.dump();
}

TEST(Rollback, refuses_and_touches_nothing_until_each_loss_is_accepted) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "accepting");
    stage.execute("UPDATE shop.items SET name = 'x' WHERE id <= 3; DELETE FROM shop.orders WHERE id = 1");
    std::string const broken = stage.contents();
    for (Lines const& accepted : {Lines{}, Lines{"--accept-loss", "shop.items"}, Lines{"--accept-loss", "shop.orders"},
                                  Lines{"--accept-loss", "shop.visits"}}) {
        auto const outcome = stage.roll_back(accepted);
        EXPECT_EQ(outcome.exit_code, 4) << outcome.error_output;
        EXPECT_NE(outcome.output.find("refused: going back would lose"), std::string::npos) << outcome.output;
        EXPECT_EQ(stage.contents(), broken);
        EXPECT_TRUE(shop.side_databases(stage.target()).empty());
    }
    auto const outcome = stage.roll_back({"--accept-loss", "shop.items", "--accept-loss", "shop.orders", "--json"});
    expect_put_back(shop, stage, outcome, broken);
    auto const document = must(json::parse(outcome.output, "result"));
    EXPECT_EQ(losses_in(document, "accepted"), (Lines{"shop.items 0 3 0 exact", "shop.orders 0 0 1 exact"}));
    EXPECT_NE(shop.comment("accepting").find("accepted loss in shop.items: 0 inserted, 3 updated, 0 deleted, exact"),
              std::string::npos)
        << shop.comment("accepting");
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/rollback.schema.json"), "");
}

TEST(Rollback, keeps_the_broken_state_twice) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "twice");
    stage.execute("DELETE FROM shop.visits");
    std::string const broken = stage.contents();
    auto const outcome =
        shop.run("twice", {"rollback", "--target", "env:TARGET", "--store", shop.store(), "--to", stage.protection(),
                           "--accept-loss", "all", "--json", "--dotenv", shop.path("twice.env")});
    expect_put_back(shop, stage, outcome, broken);
    auto const document = must(json::parse(outcome.output, "result"));
    EXPECT_EQ(document["broken_name"], "twice.broken");
    std::string const id = document["broken_snapshot"];
    auto const again = shop.run("studied", {"--target", "env:TARGET", "--stage", "study", "--store", shop.store(),
                                            "--name", "twice.broken", "--from", "snapshot:" + id});
    EXPECT_EQ(again.exit_code, 0) << again.error_output;
    EXPECT_EQ(shop.fingerprint("studied"), broken);
    // latest of the database itself is still the protection.
    auto const latest = stage.explain({"--to", "latest"});
    EXPECT_EQ(latest["snapshot"], stage.protection());
    EXPECT_NE(test::read_text(shop.path("twice.env")).find("SLUICE_BROKEN_SNAPSHOT_ID=" + id), std::string::npos);
}

// The migration's own session is still there, in the middle of its transaction, and so is the application's.
TEST(Rollback, works_with_the_dead_migrations_session_still_connected) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "half_way");
    shop.server().execute("GRANT app TO stage");
    stage.execute("ALTER TABLE shop.orders ADD COLUMN note text; UPDATE shop.orders SET note = 'batch 1' WHERE id <= "
                  "1000");
    std::string const broken = stage.contents();
    auto const migration = must(postgres::connect(shop.server().connection("half_way", "stage"), "migration"));
    must(migration->execute("BEGIN; UPDATE shop.orders SET note = 'batch 2' WHERE id BETWEEN 1001 AND 2000; ALTER "
                            "TABLE shop.items ALTER price TYPE bigint"));
    auto const application = must(postgres::connect(shop.server().connection("half_way", "app"), "application"));
    auto const outcome = stage.roll_back({"--accept-loss", "shop.orders", "--lock-timeout", "3s", "--json"});
    expect_put_back(shop, stage, outcome, broken);
    auto const document = must(json::parse(outcome.output, "result"));
    EXPECT_EQ(losses_in(document), (Lines{"shop.orders 0 1000 0 exact"}));
    EXPECT_EQ(document["ended_sessions"].size(), 1U) << document.dump();
    EXPECT_FALSE(migration->query("SELECT 1"));
    EXPECT_FALSE(application->query("SELECT 1"));
    shop.server().execute("REVOKE app FROM stage");
}

TEST(Rollback, needs_all_where_the_snapshot_or_the_statistics_cannot_tell) {
    Shop shop;
    BackOut const stage(shop, "doubtful");
    stage.execute("UPDATE shop.items SET name = 'x' WHERE id <= 3");
    Lines const by_statistics{"--exact-rows", "0", "--accept-loss", "shop.items"};
    // Sessions write their counts when they end, at the latest.
    ASSERT_TRUE(test::must(
        shop.server().session("doubtful")->truth("SELECT pg_stat_get_tuples_updated('shop.items'::regclass) >= 3")));
    auto const estimated = stage.explain(by_statistics);
    EXPECT_EQ(losses_in(estimated), (Lines{"shop.items 0 3 0 estimate"}));
    EXPECT_EQ(estimated["verdict"], "accepted");

    shop.server().kill();
    shop.server().restart();
    auto const crashed = stage.explain(by_statistics);
    EXPECT_EQ(losses_in(crashed), (Lines{"shop.items null null null unknown"}));
    EXPECT_TRUE(crashed["transactions"].is_null());
    EXPECT_EQ(stage.roll_back(by_statistics).exit_code, 4);
    // What can be counted row by row needs no statistics.
    EXPECT_EQ(losses_in(stage.explain()), (Lines{"shop.items 0 3 0 exact"}));

    BackOut const other(shop, "forgotten");
    other.execute("DELETE FROM shop.orders WHERE id <= 2");
    shop.server().execute("SELECT pg_stat_reset()", "forgotten");
    auto const reset = other.explain({"--exact-rows", "0", "--accept-loss", "shop.orders"});
    EXPECT_EQ(losses_in(reset), (Lines{"shop.orders null null null unknown"}));
    EXPECT_EQ(reset["verdict"], "refused");
    EXPECT_EQ(reset["transactions_note"], "the statistics were reset since the snapshot");
    EXPECT_EQ(other.roll_back({"--exact-rows", "0", "--accept-loss", "all"}).exit_code, 0);
    EXPECT_EQ(other.contents(), other.protected_contents());
}

TEST(Rollback, counts_large_objects_and_rows_that_the_snapshot_left_out) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "partly");
    auto const taken = test::run_tool(
        "db-snapshot", {"--source", "env:TARGET", "--store", shop.store(), "--exclude-data", "shop.visits"},
        shop.environment("partly"));
    ASSERT_EQ(taken.exit_code, 0) << taken.error_output;
    std::string const id = taken.output.substr(0, taken.output.find('\n'));
    must(must(postgres::connect(shop.server().connection("partly", "stage"), "test"))
             ->execute("SELECT lo_from_bytea(0, 'new')"));
    auto const look = stage.explain({"--to", id});
    EXPECT_EQ(losses_in(look), (Lines{"shop.visits 100 0 0 exact", "large-objects 1 0 0 exact"}));
    EXPECT_EQ(look["losses"][0]["fate"], "left_out");
}

TEST(Rollback, says_what_to_do_with_a_stream_in_place_of_a_database) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "piped");
    auto const taken =
        test::run_tool("db-snapshot", {"--store", shop.store(), "--name", "settings", "--command", "echo", "a=1"});
    ASSERT_EQ(taken.exit_code, 0) << taken.error_output;
    std::string const id = taken.output.substr(0, taken.output.find('\n'));
    auto const outcome = stage.roll_back({"--name", "settings", "--to", id});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.error_output;
    EXPECT_NE(outcome.error_output.find("db-snapshot cat " + id + " --name settings"), std::string::npos)
        << outcome.error_output;
    EXPECT_EQ(stage.contents(), stage.protected_contents());
}

} // namespace
} // namespace sluice::db_restore
