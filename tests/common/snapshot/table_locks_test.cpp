#include "common/snapshot/table_locks.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

std::vector<TableName> tables(int count) {
    std::vector<TableName> list;
    for (int i = 0; i < count; ++i) {
        TableName table;
        table.oid = static_cast<decltype(table.oid)>(16384 + i);
        table.quoted_name = "a.t" + std::to_string(i);
        list.push_back(table);
    }
    return list;
}

TEST(TableLocks, name_each_table_once_in_statements_of_a_bounded_length) {
    EXPECT_TRUE(lock_statements({}, "SHARE").empty());
    EXPECT_EQ(lock_statements(tables(2), "ACCESS SHARE"),
              std::vector<std::string>{"LOCK TABLE ONLY a.t0, ONLY a.t1 IN ACCESS SHARE MODE"});
    auto const many = lock_statements(tables(1001), "SHARE");
    ASSERT_EQ(many.size(), 3U);
    EXPECT_EQ(many[2], "LOCK TABLE ONLY a.t1000 IN SHARE MODE");
    EXPECT_NE(many[1].find("ONLY a.t500,"), std::string::npos);
    EXPECT_EQ(many[0].find("ONLY a.t500"), std::string::npos);
}

TEST(TableLocks, tables_are_the_same_by_what_they_are_and_not_by_their_names) {
    auto renamed = tables(2);
    renamed[1].quoted_name = "a.other";
    EXPECT_TRUE(are_same_tables(tables(2), renamed));
    EXPECT_FALSE(are_same_tables(tables(2), tables(3)));
    EXPECT_FALSE(are_same_tables(tables(3), tables(2)));
}

TEST(TableLocks, only_what_another_attempt_may_mend_is_a_conflict) {
    EXPECT_TRUE(is_lock_conflict(tables_changed().value()));
    EXPECT_FALSE(is_lock_conflict(Error{Errc::denied, "permission denied for table t", {}, {}, {}}));
}

} // namespace
} // namespace sluice::snapshot
