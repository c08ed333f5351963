#include "common/json/json.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;

// The access list of a database, in an order of its own.
constexpr char const* k_access = "SELECT string_agg(a::text, ',' ORDER BY a::text) FROM pg_database, unnest(datacl) a "
                                 "WHERE datname = ";

TEST(Restore, creates_a_target_with_the_sources_properties) {
    auto& shop = Shop::shared();
    auto const outcome = shop.restore("fresh");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_TRUE(outcome.output.starts_with("restored snapshot " + shop.snapshot() + " into 'fresh'")) << outcome.output;
    EXPECT_EQ(shop.fingerprint("fresh"), shop.fingerprint("shop"));
    EXPECT_EQ(shop.text("SELECT pg_get_userbyid(datdba) || datconnlimit FROM pg_database WHERE datname = 'fresh'"),
              "shop_owner50");
    EXPECT_EQ(shop.text("SELECT setconfig FROM pg_db_role_setting WHERE setrole = 0 AND setdatabase = (SELECT oid FROM "
                        "pg_database WHERE datname = 'fresh')"),
              "{\"search_path=shop, public\"}");
    EXPECT_EQ(shop.text(std::string(k_access) + "'fresh'"), shop.text(std::string(k_access) + "'shop'"));
    EXPECT_TRUE(shop.comment("fresh").starts_with("The shop\nsluice: {"));
    EXPECT_TRUE(shop.side_databases("fresh").empty());
}

TEST(Restore, waits_a_moment_for_a_session_that_it_may_not_end) {
    auto& shop = Shop::shared();
    shop.make_own("visited");
    auto visitor = shop.server().session("visited"); // a superuser's
    std::thread leaving([&] {
        (void)visitor->execute("SELECT pg_sleep(0.7)");
        visitor.reset();
    });
    auto const outcome = shop.restore("visited", {"--adopt"});
    leaving.join();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
}

TEST(Restore, carries_over_what_belongs_to_the_old_database) {
    auto& shop = Shop::shared();
    shop.make_own("carried");
    shop.server().execute(
        "REVOKE ALL ON DATABASE carried FROM PUBLIC; GRANT CONNECT, TEMP ON DATABASE carried TO app "
        "WITH GRANT OPTION; ALTER DATABASE carried SET work_mem = '8MB'; ALTER ROLE stage IN DATABASE "
        "carried SET statement_timeout = '5s'; COMMENT ON DATABASE carried IS 'Ours, mostly'; ALTER "
        "DATABASE carried CONNECTION LIMIT 9");
    std::string const settings = "SELECT string_agg(setrole::regrole || setconfig::text, ' ' ORDER BY setrole) FROM "
                                 "pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = "
                                 "'carried'";
    std::string const before = shop.text(settings) + shop.text(std::string(k_access) + "'carried'");
    std::string const old = shop.fingerprint("carried");
    auto const outcome = shop.restore("carried", {"--adopt"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(shop.text(settings) + shop.text(std::string(k_access) + "'carried'"), before);
    EXPECT_TRUE(shop.comment("carried").starts_with("Ours, mostly\nsluice: {"));
    EXPECT_EQ(shop.text("SELECT pg_get_userbyid(datdba) || datconnlimit FROM pg_database WHERE datname = 'carried'"),
              "stage9");
    ASSERT_EQ(shop.side_databases("carried").size(), 1U);
    EXPECT_EQ(shop.fingerprint(shop.side_databases("carried")[0]), old);
}

TEST(Restore, refuses_settings_that_it_may_not_carry_over) {
    auto& shop = Shop::shared();
    shop.make_own("set_by_admin");
    shop.server().execute("ALTER DATABASE set_by_admin SET log_min_duration_statement = 5");
    auto const outcome = shop.restore("set_by_admin", {"--adopt"});
    EXPECT_EQ(outcome.exit_code, 77);
    EXPECT_NE(outcome.error_output.find("GRANT SET ON PARAMETER \"log_min_duration_statement\" TO \"stage\";"),
              std::string::npos)
        << outcome.error_output;
    shop.server().execute("GRANT SET ON PARAMETER log_min_duration_statement TO stage");
    EXPECT_EQ(shop.restore("set_by_admin", {"--adopt"}).exit_code, 0);
}

TEST(Restore, keeps_as_many_old_databases_as_told) {
    auto& shop = Shop::shared();
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(shop.restore("kept", {"--keep-old", "2"}).exit_code, 0);
    }
    EXPECT_EQ(shop.side_databases("kept").size(), 2U);
    shop.server().execute("CREATE DATABASE kept__old_things");
    ASSERT_EQ(shop.restore("kept", {"--keep-old", "0"}).exit_code, 0);
    EXPECT_EQ(shop.side_databases("kept"), std::vector<std::string>{"kept__old_things"});
}

TEST(Restore, streams_from_live_production) {
    auto& shop = Shop::shared();
    auto const outcome = shop.run("streamed", {"--target", "env:TARGET", "--stage", "union", "--from",
                                               "live:env:SOURCE", "--dotenv", shop.path("union.env")});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(shop.fingerprint("streamed"), shop.fingerprint("shop"));
    std::string const lines = test::read_text(shop.path("union.env"));
    EXPECT_NE(lines.find("SLUICE_ORIGIN=live\nSLUICE_SNAPSHOT_ID=\nSLUICE_STAGE=union\n"), std::string::npos) << lines;
}

TEST(Restore, answers_in_json) {
    auto& shop = Shop::shared();
    auto const outcome = shop.restore("as_json", {"--json"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    auto const document = must(json::parse(outcome.output, "result"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/result.schema.json"), "");
    EXPECT_EQ(document["action"], "restored");
    EXPECT_EQ(document["provenance"]["snapshot"], shop.snapshot());
    EXPECT_EQ(document["decision"]["origins"][0]["finding"], "usable");
    EXPECT_EQ(document["rows"], 25000);
}

TEST(Restore, clones_a_template_that_is_there_already) {
    auto& shop = Shop::shared();
    auto const first = shop.restore("cloned", {"--keep-template", "--json"});
    ASSERT_EQ(first.exit_code, 0) << first.error_output;
    auto const second = shop.restore("cloned_too", {"--json"});
    ASSERT_EQ(second.exit_code, 0) << second.error_output;
    EXPECT_EQ(shop.fingerprint("cloned"), shop.fingerprint("shop"));
    EXPECT_EQ(shop.fingerprint("cloned_too"), shop.fingerprint("shop"));
    auto const document = must(json::parse(second.output, "result"));
    EXPECT_EQ(document["path"], "file copy");
    std::string const name = document["template"];
    EXPECT_EQ(shop.text("SELECT datallowconn OR datistemplate FROM pg_database WHERE datname = '" + name + "'"), "f");
    EXPECT_EQ(shop.text("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'cloned_too'"), "shop_owner");
    EXPECT_EQ(shop.run("cloned", {"cleanup", "--target", "env:TARGET"}).output, "nothing to clean up for 'cloned'\n");
    EXPECT_EQ(shop.run("cloned", {"cleanup", "--target", "env:TARGET", "--templates"}).output,
              "dropped '" + name + "'\n");
}

TEST(Restore, runs_files_before_anyone_can_connect) {
    auto& shop = Shop::shared();
    std::string const file =
        shop.file("neutralise.sql", "\\set shout 'GONE'\nUPDATE shop.items SET name = :'shout';\n");
    ASSERT_EQ(shop.restore("neutral", {"--after-restore", file}).exit_code, 0);
    EXPECT_EQ(shop.text("SELECT string_agg(DISTINCT name, ',') FROM shop.items", "neutral"), "GONE");
}

TEST(Restore, leaves_the_target_alone_when_a_file_fails) {
    auto& shop = Shop::shared();
    shop.make_own("unharmed");
    std::string const before = shop.fingerprint("unharmed") + shop.comment("unharmed");
    std::string const file = shop.file("broken.sql", "DROP TABLE shop.orders CASCADE; SELECT 1/0;\n");
    auto const outcome = shop.restore("unharmed", {"--adopt", "--after-restore", file});
    EXPECT_EQ(outcome.exit_code, 69);
    EXPECT_NE(outcome.error_output.find("division by zero"), std::string::npos) << outcome.error_output;
    EXPECT_NE(outcome.error_output.find(file), std::string::npos);
    EXPECT_EQ(shop.fingerprint("unharmed") + shop.comment("unharmed"), before);
    EXPECT_TRUE(shop.side_databases("unharmed").empty());
}

TEST(Restore, gives_a_stage_its_own_snapshot_back) {
    auto& shop = Shop::shared();
    ASSERT_EQ(shop.restore("rolled").exit_code, 0);
    auto environment = shop.environment("rolled");
    std::string const before = shop.fingerprint("rolled");
    auto const taken = shop.run("rolled", {"--version"});
    EXPECT_EQ(taken.exit_code, 0);
    environment["SOURCE"] = shop.server().connection("rolled", "stage").conninfo();
    auto const protection = must(process::posix_runner().run(
        {.arguments = {test::program("db-snapshot"), "--source", "env:SOURCE", "--store", shop.store()},
         .environment = environment}));
    ASSERT_EQ(protection.exit_code, 0) << protection.error_output;
    std::string const id = protection.output.substr(0, protection.output.find('\n'));
    shop.server().execute("DELETE FROM shop.orders WHERE id > 10", "rolled");
    auto const outcome = shop.run("rolled", {"--target", "env:TARGET", "--stage", "acceptance", "--store", shop.store(),
                                             "--from", "snapshot:" + id});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(shop.fingerprint("rolled"), before);
}

// As a superuser, since only one may create a foreign-data wrapper; a stage that has one needs the same.
TEST(Restore, brings_nothing_that_reaches_back_to_production) {
    auto& shop = Shop::shared();
    shop.server().execute("CREATE DATABASE linked");
    shop.server().execute("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING "
                          "FOR app SERVER s OPTIONS (user 'u', password 'mapping-secret'); CREATE SUBSCRIPTION sub "
                          "CONNECTION 'host=127.0.0.1 password=subscription-secret' PUBLICATION p WITH (connect = "
                          "false, slot_name = NONE); CREATE TABLE public.t (i int)",
                          "linked");
    auto environment = shop.environment("delinked", "postgres");
    environment["SOURCE"] = shop.server().connection("linked", "reader").conninfo();
    auto const outcome = test::run_tool(
        "db-restore-or-init",
        {"--target", "env:TARGET", "--stage", "acceptance", "--from", "live:env:SOURCE", "--verbose"}, environment);
    shop.server().execute("ALTER SUBSCRIPTION sub DISABLE", "linked");
    shop.server().execute("DROP SUBSCRIPTION sub", "linked");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_EQ(
        shop.text("SELECT count(*) FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname "
                  "= 'delinked')"),
        "0");
    EXPECT_EQ(shop.text("SELECT count(umoptions) FROM pg_user_mappings", "delinked"), "0");
    EXPECT_EQ(outcome.error_output.find("-secret"), std::string::npos);
}

// At two in the morning, on the server that still runs: the first answer must not be that production is the source
// itself, nor the second, when somebody starts the job again, to take away what was written since.
TEST(Recovery, brings_production_back_where_it_was_and_never_over_itself) {
    auto& shop = Shop::shared();
    auto const before = shop.fingerprint("shop");
    shop.server().execute("ALTER DATABASE shop RENAME TO shop_by_mistake");
    std::vector<std::string> const recovery{"--target", "env:TARGET", "--stage", "production",
                                            "--name",   "shop",       "--store", shop.store()};
    auto const as_a_stage = shop.restore("shop");
    auto const recovered = shop.run("shop", recovery);
    auto const again = shop.run("shop", recovery);
    auto const found = shop.exists("shop") ? shop.fingerprint("shop") : "nothing";
    shop.server().execute("DROP DATABASE IF EXISTS shop");
    shop.server().execute("ALTER DATABASE shop_by_mistake RENAME TO shop");
    EXPECT_EQ(as_a_stage.exit_code, 4);
    EXPECT_NE(as_a_stage.error_output.find("--stage production"), std::string::npos) << as_a_stage.error_output;
    EXPECT_EQ(recovered.exit_code, 0) << recovered.error_output;
    EXPECT_EQ(found, before);
    EXPECT_EQ(again.exit_code, 4) << again.error_output;
    EXPECT_NE(again.error_output.find("is production: it was made as that"), std::string::npos) << again.error_output;
}

} // namespace
} // namespace sluice::db_restore
