#include "tests/tools/split-check/repository.hpp"
#include "tools/split-check/method_scan.hpp"
#include "tools/split-check/sql_judge.hpp"

#include <algorithm>
#include <gtest/gtest.h>

// Texts that look as if nothing in them ran. Each drops the table "victim", and none may hide that.
namespace sluice::split_check {
namespace {

struct Hidden {
    char const* name;
    char const* text;
};

bool finds_the_drop(SqlReport const& report) {
    return report.dropped.contains("victim") &&
           std::any_of(report.findings.begin(), report.findings.end(),
                       [](Finding const& finding) { return finding.rule == rule::drop_table; });
}

TEST(FailClosed, sql_hides_nothing_behind_a_look_alike) {
    SqlSettings settings;
    settings.up_markers = {"-- +goose Up"};
    settings.down_markers = {"-- +goose Down"};
    for (auto const& [name, text] : std::vector<Hidden>{
             {"rows announced by a comment", "-- from stdin;\nDROP TABLE victim;\n\\.\n"},
             {"rows announced by a text", "COMMENT ON TABLE a IS 'copy a from stdin;';\nDROP TABLE victim;\n\\.\n"},
             {"rows announced by a name", "SELECT 1 AS \"from stdin\";\nDROP TABLE victim;\n\\.\n"},
             {"a statement on the line of COPY", "COPY a FROM stdin; DROP TABLE victim;\n1\n\\.\n"},
             {"rows without an end", "COPY a FROM stdin;\nDROP TABLE victim;\n"},
             {"a down marker behind a statement", "SELECT 1; -- +goose Down\nDROP TABLE victim;\n"},
             {"a down marker inside a comment", "-- see -- +goose Down\nDROP TABLE victim;\n"},
             {"a down marker further right", "  -- +goose Down\nDROP TABLE victim;\n"},
             {"a longer word than the marker", "-- +goose Downstream\nDROP TABLE victim;\n"},
             {"a down marker before the drop on one line", "SELECT '-- +goose Down'; DROP TABLE victim;\n"},
             {"a byte order mark", "\xEF\xBB\xBF"
                                   "DROP TABLE victim;"},
             {"a function in SQL of a block", "DO $$ BEGIN EXECUTE 'DROP TABLE victim'; END $$;"},
             {"upper and lower case", "dRoP tAbLe ViCtIm;"},
             {"a parenthesis that closes nothing", "SET lock_timeout) = '2s';\nDROP TABLE victim;"},
             {"one that closes nothing before another", "SELECT 1);\nSELECT 2;\nDROP TABLE victim;\nSELECT (3;"},
             {"no semicolon at the end", "SELECT 1;\nDROP TABLE victim"},
         }) {
        SchemaState state;
        auto const report = judge_sql(text, settings, state);
        EXPECT_TRUE(finds_the_drop(report)) << name;
        EXPECT_NE(report.safety, Safety::safe) << name;
    }
}

TEST(FailClosed, other_languages_hide_nothing_behind_a_look_alike) {
    for (auto const& [name, text] : std::vector<Hidden>{
             {"a word that ends in down", "up: q => {\n  const breakdown: x = 1\n  q.dropTable('victim')\n}"},
             {"a method that begins with down", "def up\n  x\nend\ndef download\n  drop_table :victim\nend"},
             {"a text that says down", "def up\n  say \"shut down: now\"\n  drop_table :victim\nend"},
             {"a helper behind down", "def up\n  wipe\nend\ndef down\nend\ndef wipe\n  drop_table :victim\nend"},
             {"a method behind down",
              "async down(q) {\n  q.createTable('a')\n}\nasync wipe(q) {\n  q.dropTable('victim')\n}"},
             {"both on one line", "exports.up = q => q.dropTable('victim'); exports.down = q => q.createTable('a')"},
         }) {
        SchemaState state;
        auto const report = scan_methods(text, {}, state);
        EXPECT_TRUE(report.dropped.contains("victim")) << name;
        EXPECT_EQ(report.safety, Safety::review) << name;
    }
}

TEST(FailClosed, placeholders_are_worth_a_look) {
    for (auto const* text :
         {"SELECT ${anything};", "SET search_path = :'schema';", "ALTER TABLE {{ table }} ADD x int;"}) {
        SchemaState state;
        SqlSettings settings;
        settings.lock_timeout_set = true;
        EXPECT_EQ(judge_sql(text, settings, state).safety, Safety::review) << text;
    }
}

TEST(FailClosed, a_time_limit_that_was_taken_back_is_none) {
    for (auto const* text : {"SET lock_timeout='1s'; SET lock_timeout=0; ALTER TABLE a ADD b int;",
                             "SET lock_timeout='1s'; RESET lock_timeout; ALTER TABLE a ADD b int;",
                             "SET lock_timeout='1s'; SET lock_timeout TO DEFAULT; ALTER TABLE a ADD b int;"}) {
        SchemaState state;
        auto const report = judge_sql(text, {}, state);
        ASSERT_EQ(report.findings.size(), 1U) << text;
        EXPECT_EQ(report.findings[0].rule, rule::no_lock_timeout) << text;
    }
}

TEST(FailClosed, function_in_sql_is_opened_too) {
    SchemaState state;
    auto const report =
        judge_sql("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\nSELECT 1;\nTRUNCATE a $$;", {}, state);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].line, 3U);
    EXPECT_EQ(report.findings[0].safety, Safety::review);
}

} // namespace
} // namespace sluice::split_check
