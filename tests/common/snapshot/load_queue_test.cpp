#include "common/snapshot/load_queue.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace sluice::snapshot {
namespace {

std::vector<Table> tables(std::initializer_list<char const*> names) {
    std::vector<Table> all;
    for (char const* name : names) {
        Table table;
        table.schema = "s";
        table.name = name;
        all.push_back(table);
    }
    return all;
}

IndexStatement index(std::string table, std::string method) {
    return {.toc_line = "", .schema = "s", .table = std::move(table), .method = std::move(method), .sql = ""};
}

/// "0.1" for part 1 of table 0, "#2" for statement 2, "-" for none.
std::string text(std::optional<LoadQueue::Task> const& task) {
    if (!task) {
        return "-";
    }
    if (auto const* unit = std::get_if<LoadUnit>(&*task)) {
        return std::to_string(unit->table) + "." + std::to_string(unit->part);
    }
    return "#" + std::to_string(std::get<LoadQueue::IndexTask>(*task).statement);
}

TEST(LoadQueue, hands_out_indexes_when_the_last_rows_of_their_table_are_in) {
    LoadQueue queue({{0, 0}, {0, 1}, {1, 0}}, tables({"big", "small"}), {index("big", "btree")});
    EXPECT_EQ(text(queue.next()), "0.0");
    EXPECT_EQ(text(queue.next()), "0.1");
    queue.loaded({0, 1});
    EXPECT_EQ(text(queue.next()), "1.0");
    queue.loaded({0, 0});
    EXPECT_EQ(text(queue.next()), "#0");
    queue.loaded({1, 0});
    queue.built({0});
    EXPECT_EQ(text(queue.next()), "-");
}

TEST(LoadQueue, starts_the_slowest_index_first_and_constraints_one_by_one_after_all_indexes) {
    LoadQueue queue({{0, 0}}, tables({"t"}), {index("t", ""), index("t", "btree"), index("t", ""), index("t", "gin")});
    EXPECT_EQ(text(queue.next()), "0.0");
    queue.loaded({0, 0});
    EXPECT_EQ(text(queue.next()), "#3");
    EXPECT_EQ(text(queue.next()), "#1");
    queue.built({1});
    queue.built({3});
    EXPECT_EQ(text(queue.next()), "#0");
    queue.built({0});
    EXPECT_EQ(text(queue.next()), "#2");
    queue.built({2});
    EXPECT_EQ(text(queue.next()), "-");
}

TEST(LoadQueue, leaves_alone_the_indexes_of_postponed_rows_and_of_unknown_tables) {
    LoadQueue queue({{0, 0}}, tables({"t"}), {index("t", "btree"), index("elsewhere", "btree")});
    EXPECT_EQ(text(queue.next()), "0.0");
    queue.postponed();
    EXPECT_EQ(text(queue.next()), "-");
}

TEST(LoadQueue, builds_at_once_where_there_are_no_rows_to_wait_for) {
    LoadQueue queue({}, tables({"t"}), {index("t", "btree")});
    EXPECT_EQ(text(queue.next()), "#0");
    queue.built({0});
    EXPECT_EQ(text(queue.next()), "-");
}

TEST(LoadQueue, makes_a_worker_wait_for_what_another_one_may_bring) {
    LoadQueue queue({{0, 0}}, tables({"t"}), {index("t", "btree")});
    EXPECT_EQ(text(queue.next()), "0.0");
    std::string got;
    std::thread waiting([&] { got = text(queue.next()); });
    queue.loaded({0, 0});
    waiting.join();
    EXPECT_EQ(got, "#0");
}

TEST(LoadQueue, lets_those_who_wait_go_when_it_stops) {
    LoadQueue queue({{0, 0}}, tables({"t"}), {index("t", "btree")});
    EXPECT_EQ(text(queue.next()), "0.0");
    std::string got;
    std::thread waiting([&] { got = text(queue.next()); });
    queue.stop();
    waiting.join();
    EXPECT_EQ(got, "-");
}

} // namespace
} // namespace sluice::snapshot
