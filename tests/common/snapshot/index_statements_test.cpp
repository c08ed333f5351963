#include "common/snapshot/index_statements.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

std::vector<IndexStatement> steps_of(std::string const& sql) { return plain_index_statements({{"7; TOC", sql}}); }

// As pg_get_indexdef and pg_dump write them.
TEST(IndexStatements, takes_an_index_of_plain_columns_as_it_is) {
    struct Case {
        char const* sql;
        char const* schema;
        char const* table;
        char const* method;
    };
    std::vector<Case> const cases{
        {"CREATE INDEX i ON shop.item USING btree (a, b DESC NULLS LAST);", "shop", "item", "btree"},
        {"CREATE UNIQUE INDEX i ON shop.item USING btree (a);", "shop", "item", "btree"},
        {"CREATE INDEX i ON shop.item USING gin (payload jsonb_path_ops);", "shop", "item", "gin"},
        {"CREATE INDEX \"i \"\" ON x\" ON \"Sh.op\".\"it\"\"em\" USING gist (a);", "Sh.op", "it\"em", "gist"},
    };
    for (auto const& test : cases) {
        auto const steps = steps_of(test.sql);
        ASSERT_EQ(steps.size(), 1U) << test.sql;
        EXPECT_EQ(steps[0].schema, test.schema);
        EXPECT_EQ(steps[0].table, test.table);
        EXPECT_EQ(steps[0].method, test.method);
        EXPECT_EQ(steps[0].sql, test.sql);
        EXPECT_EQ(steps[0].toc_line, "7; TOC");
        EXPECT_FALSE(steps[0].is_constraint());
    }
}

TEST(IndexStatements, makes_two_steps_of_a_key) {
    auto const steps = steps_of("ALTER TABLE ONLY shop.\"Item\"\n    ADD CONSTRAINT item_key UNIQUE (a, \"B c\");");
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[0].sql, R"(CREATE UNIQUE INDEX "item_key" ON "shop"."Item" ("a", "B c");)");
    EXPECT_EQ(steps[0].toc_line, "");
    EXPECT_EQ(steps[0].method, "btree");
    EXPECT_EQ(steps[1].sql,
              R"(ALTER TABLE ONLY "shop"."Item" ADD CONSTRAINT "item_key" UNIQUE USING INDEX "item_key";)");
    EXPECT_EQ(steps[1].toc_line, "7; TOC");
    EXPECT_TRUE(steps[1].is_constraint());

    auto const primary = steps_of("ALTER TABLE ONLY s.t\n    ADD CONSTRAINT p PRIMARY KEY (id);");
    ASSERT_EQ(primary.size(), 2U);
    EXPECT_EQ(primary[1].sql, R"(ALTER TABLE ONLY "s"."t" ADD CONSTRAINT "p" PRIMARY KEY USING INDEX "p";)");
}

// A key with more to it than its columns goes in as pg_dump wrote it.
TEST(IndexStatements, makes_one_step_of_other_constraints) {
    for (char const* rest : {"UNIQUE NULLS NOT DISTINCT (a)", "UNIQUE (a) DEFERRABLE INITIALLY DEFERRED",
                             "PRIMARY KEY (id, valid WITHOUT OVERLAPS)", "EXCLUDE USING gist (span WITH &&)"}) {
        std::string const sql = std::string("ALTER TABLE ONLY s.t\n    ADD CONSTRAINT c ") + rest + ";";
        auto const steps = steps_of(sql);
        ASSERT_EQ(steps.size(), 1U) << sql;
        EXPECT_EQ(steps[0].sql, sql);
        EXPECT_TRUE(steps[0].is_constraint());
    }
}

TEST(IndexStatements, leaves_out_what_may_need_other_rows_or_is_more_than_one_statement) {
    for (char const* sql : {
             "CREATE INDEX i ON s.t USING btree (lower(name));",
             "CREATE INDEX i ON s.t USING btree (((a + b)));",
             "CREATE INDEX i ON s.t USING btree (a) WHERE b;",
             "CREATE INDEX i ON s.t USING btree (a) WHERE (b > 1);",
             "CREATE INDEX i ON s.t USING btree (a) INCLUDE (b);",
             "CREATE INDEX i ON s.t USING btree (a) WITH (fillfactor='70');",
             "CREATE INDEX i ON ONLY s.parent USING btree (a);",
             "CREATE INDEX i ON s.t USING btree (a);\n\nALTER TABLE s.t CLUSTER ON i;",
             "ALTER TABLE ONLY s.t\n    ADD CONSTRAINT c PRIMARY KEY (a);\n\nALTER TABLE ONLY s.t REPLICA IDENTITY "
             "USING INDEX c;",
             "ALTER TABLE ONLY s.t\n    ADD CONSTRAINT c EXCLUDE USING gist (a WITH =) WHERE (b);",
             "ALTER TABLE s.parent\n    ADD CONSTRAINT c PRIMARY KEY (a)",
             "CREATE TRIGGER i AFTER INSERT ON s.t EXECUTE FUNCTION f();",
             "CREATE INDEX i ON s.\"t USING btree (a);",
             "CREATE INDEX",
             "",
         }) {
        EXPECT_TRUE(steps_of(sql).empty()) << sql;
    }
}

} // namespace
} // namespace sluice::snapshot
