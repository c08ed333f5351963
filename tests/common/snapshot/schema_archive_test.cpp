#include "common/snapshot/schema_archive.hpp"

#include "tests/support/fake_runner.hpp"
#include "tests/support/must.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

std::vector<std::string> kinds_of(std::string_view listing) {
    std::vector<std::string> kinds;
    for (auto const& entry : parse_toc(listing)) {
        kinds.push_back(entry.kind);
    }
    return kinds;
}

bool dumps_with(std::string const& argument, int major, bool without_comments) {
    test::FakeRunner runner;
    runner.when("pg_dump", process::Outcome{});
    SchemaDump const dump{{"pg_dump", "pg_restore", major}, {}, "00000003-1", "", without_comments};
    test::must(dump_schema(runner, dump, [](std::string_view) -> Result<void> { return {}; }));
    auto const& arguments = runner.calls().back().arguments;
    return std::find(arguments.begin(), arguments.end(), argument) != arguments.end();
}

// Statistics hold values of the rows. Before 18 pg_dump neither has them nor knows the option.
TEST(DumpSchema, leaves_statistics_out_where_pg_dump_has_them) {
    EXPECT_FALSE(dumps_with("--no-statistics", 17, false));
    EXPECT_TRUE(dumps_with("--no-statistics", 18, false));
}

TEST(DumpSchema, leaves_comments_out_when_asked_to) {
    EXPECT_FALSE(dumps_with("--no-comments", 15, false));
    EXPECT_TRUE(dumps_with("--no-comments", 15, true));
}

// A role with a statement_timeout of 1 ms may have the tools' first statement cancelled, which would lift it.
TEST(DumpSchema, lifts_timeouts_before_the_first_statement_and_keeps_what_the_user_set) {
    test::FakeRunner runner;
    runner.when("pg_dump", process::Outcome{});
    postgres::ConnectionParameters const source{{{"options", "-c work_mem=1MB"}}};
    SchemaDump const dump{{"pg_dump", "pg_restore", 15}, source, "00000003-1", "", false};
    test::must(dump_schema(runner, dump, [](std::string_view) -> Result<void> { return {}; }));
    auto const& options = runner.calls().back().environment.at("PGOPTIONS");
    EXPECT_TRUE(options.starts_with("-c work_mem=1MB ")) << options;
    for (auto const* const timeout : {"statement", "lock", "idle_in_transaction_session"}) {
        EXPECT_NE(options.find(std::string(" -c ") + timeout + "_timeout=0"), std::string::npos) << options;
    }
}

// Lines as pg_restore --list of PostgreSQL 15 prints them.
TEST(ParseToc, reads_the_kind_of_every_entry) {
    EXPECT_EQ(kinds_of(";\n; Archive created at 2026-11-22 00:15:30 UTC\n;     dbname: shop\n;\n"
                       "; Selected TOC Entries:\n;\n"
                       "215; 1259 16385 TABLE public orders owner\n"
                       "3381; 0 16385 TABLE DATA public orders owner\n"
                       "3233; 2606 16391 CONSTRAINT public orders orders_pkey owner\n"
                       "3235; 2606 16400 FK CONSTRAINT public lines lines_order_fkey owner\n"
                       "3390; 0 16410 MATERIALIZED VIEW DATA public totals owner\n"
                       "217; 1259 16410 MATERIALIZED VIEW public totals owner\n"
                       "3400; 0 0 ACL - SCHEMA public owner\n"
                       "3230; 0 0 SUBSCRIPTION - tort_subscription postgres\n"),
              (std::vector<std::string>{"TABLE", "TABLE DATA", "CONSTRAINT", "FK CONSTRAINT", "MATERIALIZED VIEW DATA",
                                        "MATERIALIZED VIEW", "ACL", "SUBSCRIPTION"}));
}

TEST(ParseToc, keeps_the_line_as_pg_restore_takes_it) {
    auto const entries = parse_toc(";\n10; 2615 2200 SCHEMA - public tort_We\"ird rôle\n");
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].line, "10; 2615 2200 SCHEMA - public tort_We\"ird rôle");
}

// They have to come last together, or the trigger's own grants would run into a trigger that is not there.
TEST(ParseToc, counts_what_is_about_an_event_trigger_to_the_event_triggers) {
    EXPECT_EQ(kinds_of("3200; 3466 17000 EVENT TRIGGER - watch postgres\n"
                       "3450; 0 0 COMMENT - EVENT TRIGGER watch postgres\n"),
              (std::vector<std::string>{"EVENT TRIGGER", "EVENT TRIGGER"}));
}

// As pg_restore --file=- of PostgreSQL 15 writes it.
TEST(BareStatements, keeps_what_restores_and_drops_settings_and_commands_of_psql) {
    EXPECT_EQ(bare_statements("--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET statement_timeout = 0;\n"
                              "SELECT pg_catalog.set_config('search_path', '', false);\n\n"
                              "--\n-- Name: TABLE hen; Type: ACL; Schema: tort; Owner: o\n--\n\n"
                              "GRANT SELECT ON TABLE tort.hen TO app WITH GRANT OPTION;\n"
                              "SET SESSION AUTHORIZATION app;\nGRANT SELECT ON TABLE tort.hen TO x;\n"
                              "RESET SESSION AUTHORIZATION;\n\n"
                              "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n"),
              "\n--\n-- Name: TABLE hen; Type: ACL; Schema: tort; Owner: o\n--\n\n"
              "GRANT SELECT ON TABLE tort.hen TO app WITH GRANT OPTION;\n"
              "SET ROLE app;\nGRANT SELECT ON TABLE tort.hen TO x;\nRESET ROLE;\n");
}

TEST(BareStatements, has_nothing_where_there_is_no_entry) {
    EXPECT_EQ(bare_statements(""), "");
    EXPECT_EQ(bare_statements("SET statement_timeout = 0;\n\n--\n-- PostgreSQL database dump complete\n--\n"), "");
}

TEST(SplitScript, gives_the_statements_of_each_entry) {
    EXPECT_EQ(split_script(
                  "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n\n"
                  "--\n-- Name: hen_pkey; Type: CONSTRAINT; Schema: tort; Owner: o\n--\n\n"
                  "ALTER TABLE ONLY tort.hen\n    ADD CONSTRAINT hen_pkey PRIMARY KEY (id);\n\n\n"
                  "--\n-- Name: hen_at; Type: INDEX; Schema: tort; Owner: o\n--\n\n"
                  "CREATE INDEX hen_at ON tort.hen USING btree (at);\n\nALTER TABLE tort.hen CLUSTER ON hen_at;\n\n\n"
                  "--\n-- PostgreSQL database dump complete\n--\n\n"),
              (std::vector<std::string>{
                  "ALTER TABLE ONLY tort.hen\n    ADD CONSTRAINT hen_pkey PRIMARY KEY (id);",
                  "CREATE INDEX hen_at ON tort.hen USING btree (at);\n\nALTER TABLE tort.hen CLUSTER ON hen_at;"}));
}

TEST(SplitScript, survives_a_script_that_ends_early) {
    EXPECT_TRUE(split_script("").empty());
    EXPECT_TRUE(split_script("SET x = 1;\n\n--\n-- PostgreSQL database dump complete\n--\n").empty());
    EXPECT_EQ(split_script("\n--\n-- Name: a; Type: INDEX"), (std::vector<std::string>{""}));
    EXPECT_EQ(split_script("\n--\n-- Name: a; Type: INDEX\n--\n"), (std::vector<std::string>{""}));
}

TEST(ParseToc, is_content_with_nothing) {
    EXPECT_TRUE(parse_toc("").empty());
    EXPECT_TRUE(parse_toc(";\n; nothing\n\n").empty());
}

TEST(ParseToc, survives_lines_that_end_early) {
    for (char const* line : {"1", "1;", "1; 2", "1; 2 3", "1; 2 3 ", "1; 2 3 TABLE"}) {
        EXPECT_EQ(parse_toc(line).size(), 1U) << line;
    }
    EXPECT_EQ(parse_toc("1; 2 3 TABLE").front().kind, "TABLE");
}

} // namespace
} // namespace sluice::snapshot
