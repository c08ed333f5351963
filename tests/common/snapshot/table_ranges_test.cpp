#include "common/snapshot/table_ranges.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <set>

namespace sluice::snapshot {
namespace {

Table table_of(std::string const& name, std::uint64_t blocks, std::uint64_t toast_blocks = 0) {
    Table table;
    table.schema = "public";
    table.name = name;
    table.columns = {"id", "t"};
    table.blocks = blocks;
    table.toast_blocks = toast_blocks;
    table.ranges_usable = true;
    return table;
}

std::vector<TableSlice> slices_of(std::vector<WorkUnit> const& units, std::size_t table) {
    std::vector<TableSlice> slices;
    for (auto const& unit : units) {
        for (auto const& slice : unit.slices) {
            if (slice.table == table) {
                slices.push_back(slice);
            }
        }
    }
    return slices;
}

TEST(PlanUnits, has_nothing_for_no_tables) { EXPECT_TRUE(plan_units({}).empty()); }

TEST(PlanUnits, cuts_a_big_table_into_ranges_without_gap_or_overlap) {
    auto const units = plan_units({table_of("big", 5000)});
    std::map<std::uint64_t, std::optional<std::uint64_t>> ranges;
    for (auto const& slice : slices_of(units, 0)) {
        ASSERT_TRUE(slice.blocks);
        ranges.emplace(slice.blocks->first, slice.blocks->end);
    }
    std::map<std::uint64_t, std::optional<std::uint64_t>> const expected{
        {0, 1024}, {1024, 2048}, {2048, 3072}, {3072, 4096}, {4096, std::nullopt}};
    EXPECT_EQ(ranges, expected);
}

// Rows that were there when the snapshot was taken may lie in blocks that the file got after its size was read.
TEST(PlanUnits, leaves_the_last_range_open) {
    for (std::uint64_t const blocks : {1025U, 2048U, 2049U}) {
        auto const slices = slices_of(plan_units({table_of("big", blocks)}), 0);
        ASSERT_EQ(slices.size(), blocks <= 2048 ? 2U : 3U) << blocks;
        EXPECT_FALSE(slices.back().blocks->end) << blocks;
    }
}

TEST(PlanUnits, reads_a_table_of_one_range_whole) {
    auto const units = plan_units({table_of("t", 1024)});
    ASSERT_EQ(units.size(), 1U);
    EXPECT_FALSE(units[0].slices.at(0).blocks);
}

TEST(PlanUnits, reads_a_table_whole_where_ranges_are_of_no_use) {
    Table table = table_of("old_server", 100'000);
    table.ranges_usable = false;
    auto const units = plan_units({table});
    ASSERT_EQ(units.size(), 1U);
    ASSERT_EQ(units[0].slices.size(), 1U);
    EXPECT_FALSE(units[0].slices[0].blocks);
}

TEST(PlanUnits, reads_a_table_with_a_condition_whole) {
    Table table = table_of("config", 100'000);
    table.condition = "WHERE dump";
    auto const units = plan_units({table});
    ASSERT_EQ(units.size(), 1U);
    EXPECT_FALSE(units[0].slices.at(0).blocks);
}

TEST(PlanUnits, leaves_out_tables_whose_data_is_excluded) {
    Table small = table_of("small", 1);
    Table big = table_of("big", 9000);
    small.data_excluded = true;
    big.data_excluded = true;
    auto const units = plan_units({small, table_of("kept", 1), big});
    ASSERT_EQ(units.size(), 1U);
    ASSERT_EQ(units[0].slices.size(), 1U);
    EXPECT_EQ(units[0].slices[0].table, 1U);
}

TEST(PlanUnits, begins_with_the_biggest) {
    auto const units = plan_units(
        {table_of("small", 2), table_of("middle", 300), table_of("toasted", 200, 700), table_of("big", 4096)});
    std::vector<std::uint64_t> sizes;
    for (auto const& unit : units) {
        sizes.push_back(unit.blocks);
    }
    EXPECT_TRUE(std::is_sorted(sizes.rbegin(), sizes.rend()));
    EXPECT_EQ(units.front().slices.front().table, 3U);
}

// Out-of-line values are read with their rows, so a small heap with much of them is no small table.
TEST(PlanUnits, counts_out_of_line_values) {
    auto const units = plan_units({table_of("a", 1, 5000), table_of("b", 1), table_of("c", 1)});
    EXPECT_EQ(units.front().slices.size(), 1U);
    EXPECT_EQ(units.front().slices.front().table, 0U);
    EXPECT_EQ(units.front().blocks, 5001U);
}

std::vector<Table> many_small_tables() {
    std::vector<Table> tables;
    for (int i = 0; i < 2000; ++i) {
        tables.push_back(table_of("table_" + std::to_string(i), 2));
    }
    return tables;
}

std::set<std::vector<std::size_t>> bundles_of(std::vector<WorkUnit> const& units) {
    std::set<std::vector<std::size_t>> bundles;
    for (auto const& unit : units) {
        std::vector<std::size_t> tables;
        for (auto const& slice : unit.slices) {
            tables.push_back(slice.table);
        }
        bundles.insert(tables);
    }
    return bundles;
}

TEST(PlanUnits, bundles_small_tables) {
    auto const units = plan_units(many_small_tables());
    EXPECT_LT(units.size(), 300U);
    EXPECT_GT(units.size(), 50U);
    std::set<std::size_t> seen;
    for (auto const& unit : units) {
        for (auto const& slice : unit.slices) {
            EXPECT_TRUE(seen.insert(slice.table).second) << slice.table << " is read twice";
            EXPECT_FALSE(slice.blocks);
        }
    }
    EXPECT_EQ(seen.size(), 2000U);
}

// Else one growing table would push its neighbours into other chunks, and all of them would be stored anew.
TEST(PlanUnits, keeps_the_other_bundles_when_one_table_grows) {
    auto tables = many_small_tables();
    auto const before = bundles_of(plan_units(tables));
    tables[1000].blocks = 100;
    EXPECT_EQ(bundles_of(plan_units(tables)), before);
    tables[1000].blocks = 5000;
    std::size_t changed = 0;
    for (auto const& bundle : bundles_of(plan_units(tables))) {
        changed += before.contains(bundle) ? 0 : 1;
    }
    // The bundle without the table, and the table's own five ranges, which are all alike here.
    EXPECT_LE(changed, 2U);
}

TEST(PlanUnits, keeps_most_bundles_when_a_table_is_added) {
    auto tables = many_small_tables();
    auto const count_before = plan_units(tables).size();
    tables.insert(tables.begin() + 700, table_of("table_new", 2));
    auto const after = plan_units(tables);
    EXPECT_LE(after.size(), count_before + 1);
}

TEST(PlanUnits, keeps_a_bundle_below_half_a_range) {
    std::vector<Table> tables;
    for (int i = 0; i < 200; ++i) {
        tables.push_back(table_of("table_" + std::to_string(i), 128));
    }
    for (auto const& unit : plan_units(tables)) {
        EXPECT_LE(unit.blocks, 512U);
    }
}

TEST(CopyOutSql, names_the_columns_in_order) {
    EXPECT_EQ(copy_out_sql(table_of("t", 1), std::nullopt), R"(COPY "public"."t" ("id", "t") TO STDOUT)");
}

TEST(CopyOutSql, asks_for_a_range_of_blocks) {
    EXPECT_EQ(copy_out_sql(table_of("t", 1), BlockRange{1024, 2048}),
              R"(COPY (SELECT "id", "t" FROM ONLY "public"."t" WHERE ctid >= '(1024,0)'::pg_catalog.tid AND )"
              R"(ctid < '(2048,0)'::pg_catalog.tid) TO STDOUT)");
    EXPECT_EQ(copy_out_sql(table_of("t", 1), BlockRange{0, std::nullopt}),
              R"(COPY (SELECT "id", "t" FROM ONLY "public"."t" WHERE ctid >= '(0,0)'::pg_catalog.tid) TO STDOUT)");
}

TEST(CopyOutSql, quotes_odd_names) {
    Table table = table_of("two\nlines; DROP \"x\" --", 1);
    table.schema = "it's";
    table.columns = {"select", "a\"b", "ä b"};
    EXPECT_EQ(copy_out_sql(table, std::nullopt),
              "COPY \"it's\".\"two\nlines; DROP \"\"x\"\" --\" (\"select\", \"a\"\"b\", \"ä b\") TO STDOUT");
    EXPECT_EQ(copy_in_sql(table),
              "COPY \"it's\".\"two\nlines; DROP \"\"x\"\" --\" (\"select\", \"a\"\"b\", \"ä b\") FROM STDIN");
}

TEST(CopyOutSql, applies_an_extension_s_condition) {
    Table table = table_of("config", 1);
    table.condition = "WHERE dump";
    EXPECT_EQ(copy_out_sql(table, std::nullopt),
              R"(COPY (SELECT "id", "t" FROM ONLY "public"."config" WHERE dump) TO STDOUT)");
}

// COPY refuses an empty column list.
TEST(CopySql, has_no_column_list_for_a_table_without_columns) {
    Table table = table_of("t", 1);
    table.columns.clear();
    EXPECT_EQ(copy_out_sql(table, std::nullopt), R"(COPY "public"."t" TO STDOUT)");
    EXPECT_EQ(copy_in_sql(table), R"(COPY "public"."t" FROM STDIN)");
}

TEST(CopyOutSql, selects_masks_in_place_of_columns) {
    Table table;
    table.schema = "s";
    table.name = "t";
    table.columns = {"a", "b"};
    table.masked_columns = {"\"t\".\"a\"", "NULL"};
    EXPECT_EQ(copy_out_sql(table, std::nullopt), "COPY (SELECT \"t\".\"a\", NULL FROM ONLY \"s\".\"t\" ) TO STDOUT");
    EXPECT_EQ(
        copy_out_sql(table, BlockRange{1024, 2048}),
        "COPY (SELECT \"t\".\"a\", NULL FROM ONLY \"s\".\"t\" WHERE ctid >= '(1024,0)'::pg_catalog.tid AND ctid < "
        "'(2048,0)'::pg_catalog.tid) TO STDOUT");
    EXPECT_EQ(copy_in_sql(table), "COPY \"s\".\"t\" (\"a\", \"b\") FROM STDIN");
}

} // namespace
} // namespace sluice::snapshot
