#include "tools/split-check/method_scan.hpp"
#include "tools/split-check/sql_judge.hpp"
#include "tools/split-check/sql_text.hpp"

#include <gtest/gtest.h>

namespace sluice::split_check {
namespace {

SqlReport judged(std::string_view text, SqlSettings settings = {}) {
    settings.lock_timeout_set = true;
    SchemaState state;
    return judge_sql(text, settings, state);
}

std::vector<std::size_t> lines_of(SqlReport const& report) {
    std::vector<std::size_t> lines;
    for (auto const& finding : report.findings) {
        lines.push_back(finding.line);
    }
    return lines;
}

using Lines = std::vector<std::size_t>;

TEST(SqlLines, skip_comments_and_blank_lines_before_a_statement) {
    EXPECT_EQ(lines_of(judged("SELECT 1;\n\n-- a; comment\n/* and\n one /* nested */ more */\n\nDROP TABLE a;")),
              (Lines{7}));
}

TEST(SqlLines, are_right_behind_letters_of_several_bytes_and_carriage_returns) {
    EXPECT_EQ(lines_of(judged("COMMENT ON TABLE a IS 'é€𝄞';\r\nDROP TABLE a;\r\nDROP TABLE b;")), (Lines{2, 3}));
    EXPECT_EQ(lines_of(judged("COMMENT ON TABLE a IS 'é';\nSELECT 'é€',\n nonsense nonsense nonsense;")), (Lines{3}));
}

TEST(SqlLines, point_into_blocks) {
    auto const report = judged("SELECT 1;\nDO $do$\nBEGIN\n  IF true THEN\n    DROP TABLE a;\n  END IF;\n  EXECUTE "
                               "'DROP TABLE b';\nEND $do$;");
    EXPECT_EQ(lines_of(report), (Lines{5, 7}));
    EXPECT_EQ(report.dropped, (std::set<std::string>{"a", "b"}));
}

TEST(SqlLines, name_the_column_and_not_the_statement) {
    EXPECT_EQ(lines_of(judged("ALTER TABLE note\n  DROP COLUMN a,\n  DROP COLUMN \"b\",\n  DROP note;")),
              (Lines{2, 3, 4}));
}

TEST(BadStatement, leaves_the_others_judged) {
    auto const report = judged("DROP TABLE a;\nALTER TABEL b;\nDROP TABLE c;");
    ASSERT_EQ(report.findings.size(), 3U);
    EXPECT_EQ(report.findings[1].rule, rule::opaque);
    EXPECT_EQ(report.safety, Safety::unknown);
}

TEST(ByteOrderMark, is_no_error) { EXPECT_EQ(judged("\xEF\xBB\xBFSELECT 1;").safety, Safety::safe); }

TEST(DownSection, is_not_run_by_a_deploy) {
    SqlSettings settings;
    settings.up_markers = {"-- +goose Up"};
    settings.down_markers = {"-- +goose Down"};
    EXPECT_EQ(judged("-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE a;", settings).safety, Safety::safe);
    EXPECT_EQ(lines_of(judged("-- +goose Down\nDROP TABLE a;\n-- +goose Up\nDROP TABLE b;", settings)), (Lines{4}));
}

TEST(CopyData, is_no_sql) {
    auto const report = judged("COPY a (b) FROM stdin;\n1\tDROP TABLE x;\n2\ty\n\\.\nDROP TABLE c;");
    EXPECT_EQ(lines_of(report), (Lines{5}));
}

TEST(Placeholder, keeps_the_statement_readable) {
    auto const report = judged("DROP TABLE ${schema}.a;\nDROP TABLE :name;\nSELECT a::text, b[1:2] FROM c;");
    ASSERT_EQ(report.findings.size(), 3U);
    EXPECT_EQ(report.findings[0].rule, rule::opaque);
    EXPECT_EQ(report.findings[1].rule, rule::drop_table);
    EXPECT_EQ(report.findings[2].rule, rule::drop_table);
}

TEST(TableOfTheSameChange, may_be_changed_at_will) {
    auto const report =
        judged("CREATE TABLE a (id int);\nCREATE INDEX i ON a (id);\nALTER TABLE a ADD b int NOT NULL;\n"
               "ALTER TABLE a ADD UNIQUE (b);\nUPDATE a SET b = 1;\nDROP TABLE a;");
    EXPECT_EQ(report.safety, Safety::safe);
    EXPECT_EQ(judged("CREATE TABLE IF NOT EXISTS a (id int);\nCREATE INDEX i ON a (id);").safety, Safety::unsafe);
}

TEST(NewTable, still_locks_the_table_it_references) {
    auto const report = judged("CREATE TABLE a (b int REFERENCES parent (id));");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].lock, "SHARE ROW EXCLUSIVE on parent");
    EXPECT_TRUE(judged("CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a (id));").findings.empty());
}

TEST(FunctionBody, matters_when_it_is_called) {
    auto const report =
        judged("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  TRUNCATE a;\nEND $$;");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].safety, Safety::review);
    EXPECT_EQ(report.findings[0].line, 3U);
    EXPECT_EQ(report.phase, Phase::expand);
}

TEST(Block, of_another_language_is_unknown) {
    EXPECT_EQ(judged("DO LANGUAGE plpython3u $$ x() $$;").safety, Safety::unknown);
    EXPECT_EQ(judged("DO $$ this is no plpgsql $$;").safety, Safety::unknown);
}

TEST(UnknownStatement, is_never_safe) {
    EXPECT_EQ(judged("ALTER SYSTEM SET work_mem = '1GB';").safety, Safety::unknown);
    EXPECT_EQ(judged("ALTER PUBLICATION p ADD TABLE a;").safety, Safety::unknown);
    EXPECT_EQ(judged("SELECT a FROM b WHERE do_things(c);").safety, Safety::unknown);
}

TEST(WritesInsideWith, are_seen) {
    EXPECT_EQ(judged("WITH d AS (DELETE FROM a RETURNING *) SELECT 1 FROM d;").safety, Safety::review);
}

TEST(Nul, is_refused) { EXPECT_EQ(judged(std::string_view("SELECT 1;\0DROP TABLE a;", 22)).safety, Safety::unknown); }

TEST(DeepNesting, is_an_error_and_no_crash) {
    EXPECT_EQ(judged("SELECT " + std::string(20000, '(') + "1" + std::string(20000, ')') + ";").safety,
              Safety::unknown);
    EXPECT_EQ(judged("SELECT " + std::string(400, '(') + "f(1)" + std::string(400, ')') + ";").safety, Safety::unknown);
}

TEST(Version, decides_about_forms_that_older_grammars_refuse) {
    struct Form {
        unsigned since;
        char const* text;
        Safety safety;
        Phase phase;
    };
    for (auto const& [since, text, safety, phase] : std::vector<Form>{
             {18, "ALTER TABLE a ADD CONSTRAINT c NOT NULL b NOT VALID", Safety::review, Phase::contract},
             {18, "ALTER TABLE a ADD NOT NULL b", Safety::unsafe, Phase::contract},
             {18, "ALTER TABLE a ADD COLUMN b int GENERATED ALWAYS AS (c * 2) VIRTUAL", Safety::safe, Phase::expand},
             {18, "ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT ENFORCED", Safety::safe, Phase::expand},
             {18, "CREATE TABLE a (b int, c int GENERATED ALWAYS AS (b * 2) VIRTUAL)", Safety::safe, Phase::expand},
             {17, "ALTER TABLE a ALTER COLUMN b SET EXPRESSION AS (c * 3)", Safety::unsafe, Phase::never},
             {17, "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE RETURNING a.id", Safety::review,
              Phase::data},
             {16, "CREATE TABLE a (b text STORAGE EXTERNAL, c int)", Safety::safe, Phase::expand},
         }) {
        SqlSettings settings;
        settings.postgres_version = since;
        auto const report = judged(text, settings);
        EXPECT_EQ(report.safety, safety) << text;
        EXPECT_EQ(report.phase, phase) << text;
        bool const read_by_grammar = parse_sql(text).at(0).error.empty();
        settings.postgres_version = since - 1;
        EXPECT_TRUE(read_by_grammar || judged(text, settings).safety == Safety::unknown) << text << " before " << since;
    }
}

SqlReport scanned(std::string_view text) {
    SchemaState state;
    SqlSettings settings;
    settings.lock_timeout_set = true;
    return scan_methods(text, settings, state);
}

TEST(OtherLanguage, is_at_best_a_review) {
    auto const report = scanned("def change\n  create_table :orders do |t|\n  end\nend\n");
    EXPECT_EQ(report.safety, Safety::review);
    EXPECT_EQ(report.phase, Phase::expand);
    EXPECT_TRUE(report.findings.empty());
}

TEST(OtherLanguage, names_rule_line_and_column) {
    auto const report = scanned("def up\n  # remove_column :a, :b\n  remove_column :orders, :note\nend\ndef down\n"
                                "  drop_table :x\nend\n");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].rule, rule::drop_column);
    EXPECT_EQ(report.findings[0].line, 3U);
    EXPECT_EQ(report.findings[0].object, "orders.note");
    EXPECT_EQ(report.phase, Phase::contract);
    EXPECT_EQ(report.dropped, (std::set<std::string>{"note"}));
}

TEST(OtherLanguage, that_calls_nothing_known_is_unknown) {
    EXPECT_EQ(scanned("puts 1").safety, Safety::unknown);
    EXPECT_EQ(scanned("operations = [migrations.RunPython(forward)]").safety, Safety::unknown);
    EXPECT_EQ(scanned("op.execute(f\"drop table {name}\" + x)").safety, Safety::unknown);
}

TEST(OtherLanguage, has_its_constant_sql_read) {
    auto const report = scanned("async up(q) {\n  await q.query(`ALTER TABLE orders\n    DROP COLUMN note`);\n}\n"
                                "async down(q) { await q.query(`DROP TABLE x`); }");
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].rule, rule::drop_column);
    EXPECT_EQ(report.findings[0].line, 3U);
}

TEST(OtherLanguage, is_not_hidden_by_a_word_in_a_comment) {
    EXPECT_EQ(scanned("def up\n  # see def down\n  drop_table :a\nend").findings.size(), 1U);
}

TEST(Timeout, of_zero_is_none) {
    SchemaState state;
    auto const report = judge_sql("SET lock_timeout = 0; ALTER TABLE a ADD b int;", {}, state);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].rule, rule::no_lock_timeout);
}

} // namespace
} // namespace sluice::split_check
