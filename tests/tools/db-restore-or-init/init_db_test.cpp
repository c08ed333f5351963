#include "common/json/json.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;
using Arguments = std::vector<std::string>;

// A sound store that has never held anything.
std::string empty_store() {
    auto& shop = Shop::shared();
    std::string place = shop.path("empty-store");
    EXPECT_EQ(test::run_tool("db-snapshot", {"init", "--store", place}).exit_code, 0);
    return place;
}

Arguments init(Arguments const& more = {}) {
    Arguments all{"--target", "env:TARGET", "--stage", "first", "--store", empty_store(), "--on-missing", "init"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST(Init, starts_empty_only_where_told_to) {
    auto& shop = Shop::shared();
    auto const stopped =
        shop.run("nothing_yet", {"--target", "env:TARGET", "--stage", "first", "--store", empty_store(), "--json"});
    EXPECT_EQ(stopped.exit_code, 10);
    auto const document = must(json::parse(stopped.output, "result"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/result.schema.json"), "");
    EXPECT_EQ(document["action"], "stopped");
    EXPECT_EQ(document["decision"]["origins"][0]["finding"], "never");
    EXPECT_FALSE(shop.exists("nothing_yet"));
    auto const started = shop.run("nothing_yet", init());
    EXPECT_EQ(started.exit_code, 0) << started.error_output;
    EXPECT_EQ(started.output, "started 'nothing_yet' empty\n");
    EXPECT_EQ(shop.fingerprint("nothing_yet"), "");
}

TEST(Init, takes_schema_and_seed_from_files_and_a_command) {
    auto& shop = Shop::shared();
    std::string const schema = shop.file("schema.sql", "CREATE TABLE t (i int);\n");
    std::string const seed = shop.file("seed.sql", "\\set n 3\nINSERT INTO t SELECT generate_series(1, :n);\n");
    // All three ways in which a migration tool may look for the database.
    std::string const command =
        "psql -qXc 'INSERT INTO t VALUES (10)' && psql -qX \"$SLUICE_TARGET_URL\" -c 'INSERT INTO t VALUES (20)' && "
        "psql -qX -v stage=\"$SLUICE_STAGE\" -d \"$PGDATABASE\" -c 'CREATE TABLE migrated ()'; echo noise";
    auto const outcome =
        shop.run("seeded", init({"--init-sql", schema, "--init-sql", seed, "--init-command", command}));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(outcome.output, "started 'seeded' empty\n");
    EXPECT_EQ(shop.text("SELECT sum(i) FROM public.t", "seeded"), "36");
    EXPECT_EQ(shop.text("SELECT count(*) FROM public.migrated", "seeded"), "0");
    auto const said = shop.run("seeded", {"provenance", "--target", "env:TARGET"});
    EXPECT_NE(said.output.find("is stage 'first', started empty"), std::string::npos) << said.output;
}

// A service outranks PGHOST and PGDATABASE in every child: one that names the live database must not reach any of them.
TEST(Init, is_not_led_astray_by_services) {
    auto& shop = Shop::shared();
    auto const target = shop.server().connection("by_service", "stage");
    std::string const services =
        shop.file("services", "[stage]\nhost=" + target.get("host") + "\nport=" + target.get("port") +
                                  "\nuser=stage\ndbname=by_service\n[elsewhere]\nhost=127.0.0.1\nport=1\n");
    std::string const seed = shop.file("service.sql", "CREATE TABLE t AS SELECT current_database() AS made_in;\n");
    auto arguments = init({"--init-sql", seed, "--init-command", "psql -qXc 'CREATE TABLE u (i int)'"});
    arguments[1] = "service:stage";
    auto const outcome =
        test::run_tool("db-restore-or-init", arguments, {{"PGSERVICEFILE", services}, {"PGSERVICE", "elsewhere"}});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_TRUE(shop.text("SELECT made_in FROM public.t", "by_service").starts_with("by_service__new_"));
    EXPECT_EQ(shop.text("SELECT count(*) FROM public.u", "by_service"), "0");
    auto environment = shop.environment("by_service");
    environment["PGSERVICEFILE"] = services;
    environment["PGSERVICE"] = "elsewhere";
    auto const restored = test::run_tool("db-restore-or-init", shop.arguments({"--adopt"}), environment);
    EXPECT_EQ(restored.exit_code, 0) << restored.error_output;
    EXPECT_EQ(shop.fingerprint("by_service"), shop.fingerprint("shop"));
}

TEST(Init, keeps_a_database_that_is_there) {
    auto& shop = Shop::shared();
    shop.make_own("emptied");
    auto const outcome = shop.run("emptied", init({"--adopt"}));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(shop.fingerprint("emptied"), "");
    ASSERT_EQ(shop.side_databases("emptied").size(), 1U);
    EXPECT_NE(shop.fingerprint(shop.side_databases("emptied")[0]), "");
}

TEST(Init, leaves_nothing_behind_when_its_command_fails) {
    auto& shop = Shop::shared();
    auto const outcome = shop.run("half_made", init({"--init-command", "exit 5"}));
    EXPECT_EQ(outcome.exit_code, 69);
    EXPECT_NE(outcome.error_output.find("ended with exit code 5"), std::string::npos) << outcome.error_output;
    EXPECT_FALSE(shop.exists("half_made"));
    EXPECT_TRUE(shop.side_databases("half_made").empty());
}

TEST(Init, is_ruled_out_by_any_origin_that_is_not_known_to_be_empty) {
    auto& shop = Shop::shared();
    auto environment = shop.environment("ruled_out");
    environment["SOURCE"] = "host=127.0.0.1 port=1 user=reader dbname=shop connect_timeout=2";
    auto const outcome = test::run_tool("db-restore-or-init",
                                        init({"--from", "live:env:SOURCE", "--from", "snapshot:latest"}), environment);
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_NE(outcome.error_output.find("not started empty, since there may be data: live:env:SOURCE"),
              std::string::npos)
        << outcome.error_output;
    EXPECT_FALSE(shop.exists("ruled_out"));
    environment["SOURCE"] = shop.server().connection("no_such_production", "reader").conninfo();
    Arguments const live_alone{"--target", "env:TARGET",      "--stage",      "first",
                               "--from",   "live:env:SOURCE", "--on-missing", "init"};
    EXPECT_EQ(test::run_tool("db-restore-or-init", live_alone, environment).exit_code, 3);
    EXPECT_EQ(test::run_tool("db-restore-or-init", init({"--from", "live:env:SOURCE", "--from", "snapshot:latest"}),
                             environment)
                  .exit_code,
              0);
}

TEST(Origins, are_tried_in_order) {
    auto& shop = Shop::shared();
    auto environment = shop.environment("fallen_back");
    environment["SOURCE"] = "host=127.0.0.1 port=1 user=reader dbname=shop connect_timeout=2";
    auto const outcome = test::run_tool("db-restore-or-init",
                                        shop.arguments({"--json", "--from", "live:env:SOURCE", "--from",
                                                        "snapshot:latest", "--from", "live:env:NEVER"}),
                                        environment);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    auto const origins = must(json::parse(outcome.output, "result"))["decision"]["origins"];
    EXPECT_EQ(origins[0]["finding"], "unreachable");
    EXPECT_EQ(origins[1]["taken"], true);
    EXPECT_EQ(origins[2]["finding"], "not_looked_at");
}

} // namespace
} // namespace sluice::db_restore
