#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-restore-or-init/back_out.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <sstream>

namespace sluice::db_restore {
namespace {

using test::BackOut;
using test::must;
using test::Shop;
using Lines = std::vector<std::string>;

std::vector<Json> read_lines(std::string const& path) {
    std::vector<Json> lines;
    std::istringstream text(test::read_text(path));
    for (std::string line; std::getline(text, line);) {
        lines.push_back(must(json::parse(line, path)));
    }
    return lines;
}

Json put_back(BackOut const& stage, Lines more) {
    more.push_back("--json");
    auto const outcome = stage.roll_back(more);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.error_output;
    auto document = must(json::parse(outcome.output, "result"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/rollback.schema.json"), "");
    return document;
}

std::string const k_items = "SELECT md5(string_agg(i::text, ',' ORDER BY id)) FROM shop.items i";

// The restored rows must be those of the snapshot with exactly the newer ones on top, so the test makes the same rows
// by SQL of its own in a copy that was never broken.
TEST(Rescue, carries_exactly_the_newer_rows) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "rescued");
    ASSERT_EQ(shop.run("wanted", {"--target", "env:TARGET", "--stage", "copy", "--store", shop.store(), "--name",
                                  "rescued", "--from", "snapshot:" + stage.protection()})
                  .exit_code,
              0);
    std::string const newer =
        "INSERT INTO shop.items (name, price) SELECT 'late ' || i, i FROM generate_series(1, 2500) "
        "i; UPDATE shop.items SET name = E'a\\tb\\\\ \\n ü', price = NULL WHERE id IN (5, 6, 7); "
        "INSERT INTO shop.orders VALUES (6000, 20001), (6001, 1)";
    stage.execute(newer);
    shop.server().execute("SET ROLE shop_owner; " + newer, "wanted");
    stage.execute("ALTER TABLE shop.items ADD COLUMN junk int DEFAULT 7; ALTER TABLE shop.items DROP CONSTRAINT "
                  "items_pkey CASCADE; ALTER TABLE shop.items ADD PRIMARY KEY (id)");
    auto const document = put_back(stage, {"--rescue", "shop.orders", "--rescue", "shop.items"});
    EXPECT_EQ(document["verdict"], "nothing_lost");
    EXPECT_EQ(document["rescued"],
              (Json::array({{{"table", "shop.items"}, {"inserted", 2500}, {"updated", 3}, {"kept_in_file", 0}},
                            {{"table", "shop.orders"}, {"inserted", 2}, {"updated", 0}, {"kept_in_file", 0}}})));
    EXPECT_EQ(document["rescue_file"], "");
    EXPECT_EQ(stage.text(k_items), shop.text(k_items, "wanted"));
    EXPECT_EQ(stage.text("SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM shop.orders o"),
              shop.text("SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM shop.orders o", "wanted"));
    // The next number is one that nobody has.
    stage.execute("INSERT INTO shop.items (name) VALUES ('after')");
    EXPECT_EQ(stage.text("SELECT max(id) FROM shop.items"), "22501");
    EXPECT_EQ(stage.text("SELECT count(*) FROM pg_namespace WHERE nspname = 'sluice_rescue'"), "0");
}

TEST(Rescue, writes_to_a_file_what_it_cannot_carry) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "salvaged");
    stage.execute("INSERT INTO shop.items (name) VALUES ('parent'); ALTER TABLE shop.orders ADD COLUMN note text; "
                  "INSERT INTO shop.orders VALUES (7001, 1, NULL), (7002, 20001, NULL), (7003, 2, 'kept in the file')");
    std::string const file = shop.path("salvaged.jsonl");
    auto const document =
        put_back(stage, {"--rescue", "shop.orders", "--accept-loss", "shop.items", "--rescue-file", file});
    EXPECT_EQ(document["rescued"],
              (Json::array({{{"table", "shop.orders"}, {"inserted", 2}, {"updated", 0}, {"kept_in_file", 2}}})));
    EXPECT_EQ(document["rescue_file"], file);
    EXPECT_EQ(stage.text("SELECT string_agg(id::text, ',' ORDER BY id) FROM shop.orders WHERE id > 7000"), "7001,7003");
    auto const lines = read_lines(file);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0]["row"], (Json{{"id", "7002"}, {"item", "20001"}, {"note", nullptr}}));
    EXPECT_EQ(lines[0]["carried"], false);
    EXPECT_NE(lines[0]["reason"].get<std::string>().find("foreign key"), std::string::npos) << lines[0].dump();
    EXPECT_EQ(lines[1]["row"]["note"], "kept in the file");
    EXPECT_EQ(lines[1]["carried"], true);
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(Rescue, does_not_fire_triggers_again_and_leaves_them_as_they_were) {
    auto& shop = Shop::shared();
    auto const made = shop.restore("triggered");
    ASSERT_EQ(made.exit_code, 0) << made.error_output;
    shop.server().execute(
        "SET ROLE shop_owner; CREATE FUNCTION shop.count_item() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE "
        "shop.orders SET item = 1 WHERE id = 1; RETURN NEW; END $$; CREATE TRIGGER counting AFTER INSERT ON shop.items "
        "FOR EACH ROW EXECUTE FUNCTION shop.count_item(); CREATE TRIGGER always AFTER INSERT ON shop.items FOR EACH "
        "ROW "
        "EXECUTE FUNCTION shop.count_item(); ALTER TABLE shop.items ENABLE ALWAYS TRIGGER always; UPDATE shop.orders "
        "SET "
        "item = 2 WHERE id = 1",
        "triggered");
    std::string const id = test::take_snapshot(shop, "triggered");
    shop.server().execute("SET ROLE shop_owner; INSERT INTO shop.items (name) VALUES ('x')", "triggered");
    auto const outcome =
        shop.run("triggered", {"rollback", "--target", "env:TARGET", "--store", shop.store(), "--to", id,
                               "--no-broken-snapshot", "--rescue", "shop.items", "--accept-loss", "shop.orders"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.error_output;
    EXPECT_EQ(shop.text("SELECT item FROM shop.orders WHERE id = 1", "triggered"), "2");
    EXPECT_EQ(shop.text("SELECT count(*) FROM shop.items", "triggered"), "20001");
    EXPECT_EQ(
        shop.text("SELECT string_agg(tgname::text || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger WHERE NOT "
                  "tgisinternal",
                  "triggered"),
        "alwaysA,countingO");
}

TEST(Rescue, is_refused_up_front_where_rows_cannot_be_told_apart) {
    auto& shop = Shop::shared();
    BackOut const stage(shop, "keyless");
    stage.execute("DELETE FROM shop.orders WHERE id = 3; INSERT INTO shop.visits VALUES ('x'); CREATE TABLE shop.fresh "
                  "(id int PRIMARY KEY)");
    std::string const before = stage.contents();
    for (auto const& [table, code, said] :
         {std::tuple{"shop.visits", 4, "it has no primary key"},
          std::tuple{"shop.fresh", 4, "the snapshot has no such"},
          std::tuple{"shop.visit", 2, "did you mean 'shop.visits'"},
          std::tuple{"shop.orders", 4, "going back would lose what was written to 'shop.orders', 'shop.visits'"}}) {
        auto const outcome = stage.roll_back({"--rescue", table});
        EXPECT_EQ(outcome.exit_code, code) << outcome.error_output;
        EXPECT_NE((outcome.output + outcome.error_output).find(said), std::string::npos)
            << outcome.output << outcome.error_output;
    }
    EXPECT_EQ(stage.contents(), before);
    EXPECT_TRUE(shop.side_databases("keyless").empty());
}

} // namespace
} // namespace sluice::db_restore
