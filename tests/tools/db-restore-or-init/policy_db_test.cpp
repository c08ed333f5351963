// The policy file against a real server and store: what each condition does to a restore.
#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;

constexpr char const* k_answers = R"("answers": {"others_act_on_its_data": false, "others_wait_for_it": true,
    "importance": "low", "worst_case": "nobody reads the blog"})";

/// A policy with one stage `acceptance`.
std::string policy(std::string const& stage, std::string const& more = k_answers) {
    static int number = 0;
    std::string const text = R"({"version": 1, "service": "shop", )" + more + R"(, "stages": {"acceptance": )" + stage +
                             R"(, "production": )" + stage + "}}";
    return Shop::shared().file("policy" + std::to_string(++number) + ".json", text);
}

process::Outcome restore(std::string const& target, std::string const& file, std::string const& store,
                         std::vector<std::string> const& more = {}) {
    std::vector<std::string> arguments{"--target", "env:TARGET", "--stage", "acceptance", "--policy", file};
    if (!store.empty()) {
        arguments.insert(arguments.end(), {"--store", store, "--name", "shop"});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Shop::shared().run(target, arguments);
}

std::string empty_store() {
    std::string place = Shop::shared().path("never-used");
    EXPECT_EQ(test::run_tool("db-snapshot", {"init", "--store", place}).exit_code, 0);
    return place;
}

void expect(process::Outcome const& outcome, int exit_code, std::string const& said) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.error_output;
    EXPECT_NE((outcome.output + outcome.error_output).find(said), std::string::npos)
        << outcome.output << outcome.error_output;
}

TEST(PolicyRestore, refuses_unmasked_data_where_the_stage_must_be_masked) {
    auto& shop = Shop::shared();
    std::string const file =
        policy(R"({"masked": true, "origins": [{"from": "live:env:SOURCE"}, {"from": "snapshot:latest"}]})");
    auto const outcome = restore("masked_only", file, shop.store());
    expect(outcome, 4, "this stage may have masked data only: live:env:SOURCE: live data is not masked");
    expect(outcome, 4, "db-snapshot --mask");
    EXPECT_FALSE(shop.exists("masked_only"));
}

TEST(PolicyRestore, takes_only_what_was_verified_where_that_is_asked_for) {
    auto& shop = Shop::shared();
    std::string const file = policy(R"({"origins": [{"from": "snapshot:latest", "verified": true}]})");
    expect(restore("verified_only", file, shop.store()), 3, "was never verified");
    auto const verified =
        test::run_tool("db-snapshot", {"verify", "latest", "--store", shop.store(), "--name", "shop"});
    ASSERT_EQ(verified.exit_code, 0) << verified.error_output;
    expect(restore("verified_only", file, shop.store()), 0, "restored snapshot " + shop.snapshot());
}

TEST(PolicyRestore, holds_data_to_the_migration_asked_for) {
    auto& shop = Shop::shared();
    shop.server().execute("CREATE TABLE public.alembic_version (version_num text); INSERT INTO public.alembic_version "
                          "VALUES ('1ab'); ALTER TABLE public.alembic_version OWNER TO shop_owner",
                          "shop");
    auto const file = [&](std::string const& wanted) {
        return policy(R"({"origins": [{"from": "live:env:SOURCE", "migration": ")" + wanted + R"("}]})");
    };
    expect(restore("by_migration", file("2cd"), ""), 3, "live data has migration '1ab', wanted is '2cd'");
    expect(restore("by_migration", file("1ab"), ""), 0, "restored live 'shop'");
    shop.server().execute("DROP TABLE public.alembic_version", "shop");
}

TEST(PolicyRestore, starts_empty_by_the_owners_answers_and_says_why) {
    auto& shop = Shop::shared();
    (void)shop.file("first.sql", "CREATE TABLE public.post (id int);\n");
    (void)shop.file("rows.sql", "INSERT INTO public.post VALUES (1), (2);\n");
    std::string const more =
        std::string(k_answers) +
        R"(, "initialise": {"sql": ["first.sql"], "command": "psql -qXc 'INSERT INTO post VALUES (3)'", "seed": ["rows.sql"]})";
    std::string const stage = R"({"origins": [{"from": "snapshot:latest", "max_age": "26h"}]})";
    auto const outcome = restore("blog", policy(stage, more), empty_store());
    expect(outcome, 0, "started 'blog' empty");
    EXPECT_EQ(shop.text("SELECT count(*) FROM public.post", "blog"), "3");
    auto const said = shop.run("blog", {"provenance", "--target", "env:TARGET", "--json"});
    auto const provenance = must(json::parse(said.output, "provenance"))["provenance"];
    EXPECT_EQ(provenance["origin"], "init");

    std::string const production = policy(stage, more);
    std::vector<std::string> const arguments{"--target", "env:TARGET", "--stage", "production",
                                             "--policy", production,   "--store", empty_store()};
    expect(shop.run("first_production", arguments), 10, "never starts empty without --first-build");
    auto first = arguments;
    first.emplace_back("--first-build");
    expect(shop.run("first_production", first), 0, "started 'first_production' empty");
}

TEST(PolicyRestore, stops_where_the_answers_say_so_and_can_be_overruled_loudly) {
    auto& shop = Shop::shared();
    std::string const answers = R"("answers": {"others_act_on_its_data": true, "others_wait_for_it": false,
        "importance": "critical", "worst_case": "salaries are paid twice"})";
    std::string const file = policy(R"({"origins": [{"from": "snapshot:latest"}]})", answers);
    expect(restore("payroll", file, empty_store()), 10, "the worst case: salaries are paid twice");
    EXPECT_FALSE(shop.exists("payroll"));
    auto const overruled = restore("payroll", file, empty_store(), {"--on-missing", "init", "--json"});
    expect(overruled, 0, "--on-missing says start empty, the answers alone say stop");
    auto const document = must(json::parse(overruled.output, "result"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/result.schema.json"), "");
    EXPECT_EQ(document["provenance"]["decision"].back(), document["decision"]["lines"].back());
}

TEST(PolicyRestore, fills_by_a_command_and_neutralises_what_it_filled) {
    auto& shop = Shop::shared();
    std::string const script = shop.file("engine.sh", R"(case $SLUICE_ORIGIN_STEP in
check) echo SLUICE_ORIGIN_TAKEN=2026-01-01T00:00:00Z; echo SLUICE_ORIGIN_ID=clone-7; echo SLUICE_ORIGIN_MASKED=true ;;
fill) psql -qXc 'CREATE TABLE public.mail AS SELECT 1 AS queued' ;;
esac
)");
    (void)shop.file("harmless.sql", "DELETE FROM public.mail;\n");
    std::string const origin = R"({"from": "command:sh )" + script + "\"";
    std::string const stage = R"({"masked": true, "neutralise": ["harmless.sql"], "origins": [)";
    expect(restore("cloned", policy(stage + origin + R"(, "max_age": "26h"}]})"), ""), 3, "old, allowed are 1d 2h");
    auto const outcome = restore("cloned", policy(stage + origin + "}]}"), "", {"--json"});
    expect(outcome, 0, R"("path":"command")");
    EXPECT_EQ(test::schema_violations(must(json::parse(outcome.output, "result")),
                                      "tools/db-restore-or-init/result.schema.json"),
              "");
    EXPECT_EQ(shop.text("SELECT count(*) FROM public.mail", "cloned"), "0");
    auto const said = shop.run("cloned", {"provenance", "--target", "env:TARGET"});
    expect(said, 0, "filled by a command (clone-7), data of 2026-01-01T00:00:00.000Z, masked");
}

TEST(PolicyRestore, leaves_nothing_where_the_command_fails) {
    auto& shop = Shop::shared();
    struct Case {
        std::string fill;
        int exit_code;
    };
    for (auto const& test : std::vector<Case>{{"exit 1", 69}, {"exit 75", 75}}) {
        std::string const command = "[ $SLUICE_ORIGIN_STEP = check ] || " + test.fill;
        auto const outcome =
            restore("broken_engine", policy(R"({"origins": [{"from": "command:)" + command + R"("}]})"), "");
        expect(outcome, test.exit_code, "filling database 'broken_engine__new_");
        EXPECT_FALSE(shop.exists("broken_engine"));
        EXPECT_TRUE(shop.side_databases("broken_engine").empty());
    }
}

TEST(PolicyRestore, is_explained_without_touching_anything) {
    auto& shop = Shop::shared();
    std::string const file =
        policy(R"({"origins": [{"from": "command:exit 11"}, {"from": "snapshot:latest", "max_age": "1s"}]})");
    auto const text = restore("explained", file, shop.store(), {"--explain"});
    expect(text, 3, "command:exit 11: passed over: the command says that its data is gone");
    auto const json = restore("explained", file, shop.store(), {"--explain", "--json"});
    auto const document = must(json::parse(json.output, "result"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/result.schema.json"), "");
    EXPECT_EQ(document["decision"]["origins"][1]["finding"], "too_old");
    EXPECT_FALSE(shop.exists("explained"));
}

TEST(PolicyLint, answers_no_while_something_is_open) {
    auto& shop = Shop::shared();
    std::string const stage = R"({"origins": [{"from": "snapshot:latest", "max_age": "26h"}]})";
    std::string const sound = policy(stage, std::string(k_answers) + R"(, "initialise": {"command": "migrate"})");
    auto const good = shop.run("x", {"policy", "lint", sound});
    expect(good, 0, "acceptance: snapshot:latest, at most 1d 2h old; without data start empty: others wait for it");
    std::string const open = policy(stage, R"("neutralise": ["gone.sql"])");
    auto const bad = shop.run("x", {"policy", "lint", open, "--json"});
    expect(bad, 1, "leaves open: others_act_on_its_data");
    expect(bad, 1, "gone.sql");
    auto const document = must(json::parse(bad.output, "lint"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/policy-lint.schema.json"), "");
    expect(shop.run("x", {"policy", "lint", shop.path("nowhere.json")}), 2, "cannot read the policy");
    expect(shop.run("x", {"policy", "lint", shop.file("bad.json", "{\n  \"version\": ,\n}")}), 2, "bad.json:2:14");
    expect(restore("x", shop.path("nowhere.json"), ""), 2, "cannot read the policy");
}

} // namespace
} // namespace sluice::db_restore
