#include "tools/db-restore-or-init/table_reading.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using Places = std::vector<std::size_t>;
using Names = std::vector<std::string>;

snapshot::Table table(Names columns) {
    snapshot::Table made;
    made.schema = "s";
    made.name = "t";
    made.columns = std::move(columns);
    return made;
}

TEST(TableReading, follows_the_columns_of_then_by_name) {
    auto const reading = plan_reading(table({"id", "gone", "a"}), table({"a", "id"}), {{"id"}, {}, {}, {}, {}});
    EXPECT_EQ(reading.sql, "COPY \"s\".\"t\" (\"id\", \"a\") TO STDOUT");
    EXPECT_EQ(reading.then.content, (Places{0, 2}));
    EXPECT_EQ(reading.now.content, (Places{0, 1}));
    EXPECT_EQ(reading.then.key, Places{0});
    EXPECT_EQ(reading.gone_columns, Names{"gone"});
    EXPECT_FALSE(reading.same_columns);
    EXPECT_FALSE(reading.marks_new_columns);
}

TEST(TableReading, asks_whether_a_new_column_holds_more_than_its_default) {
    TableFacts facts;
    facts.defaults = {{"n", "NULL"}, {"d", "(('{0}'::integer[])[1])::text"}};
    auto const reading = plan_reading(table({"id"}), table({"id", "n", "d"}), facts);
    EXPECT_EQ(reading.sql, "COPY (SELECT \"id\", (\"n\"::text IS DISTINCT FROM NULL OR \"d\"::text IS DISTINCT FROM "
                           "(('{0}'::integer[])[1])::text) FROM ONLY \"s\".\"t\" ) TO STDOUT");
    EXPECT_TRUE(reading.marks_new_columns);
    EXPECT_TRUE(reading.same_columns);
}

TEST(TableReading, has_no_key_where_a_column_of_it_is_new) {
    auto const reading = plan_reading(table({"a"}), table({"a", "uuid"}), {{"uuid"}, {}, {}, {}, {}});
    EXPECT_TRUE(reading.then.key.empty());
    EXPECT_TRUE(reading.now.key.empty());
}

} // namespace
} // namespace sluice::db_restore
