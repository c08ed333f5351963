#include "tools/smoke/comparison.hpp"

#include "common/json/json.hpp"

#include <gtest/gtest.h>

namespace sluice::smoke {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>; // key and fields

NextRow stream_of(Rows const& rows) {
    return [rows, at = std::size_t{0}]() mutable -> Result<std::optional<KeyedRow>> {
        if (at == rows.size()) {
            return std::optional<KeyedRow>{};
        }
        auto const& [key, fields] = rows[at++];
        return std::optional<KeyedRow>(KeyedRow{{key}, fields});
    };
}

Comparison compared(Rows const& left, Rows const& right, Leniency const& leniency = {}, std::size_t most_shown = 10) {
    Comparison comparison;
    auto const merged = merge_rows(stream_of(left), stream_of(right), leniency, most_shown, comparison);
    comparison.problem = merged ? "" : merged.error().message;
    return comparison;
}

TEST(Comparison, tells_rows_apart_by_their_keys) {
    auto const found = compared({{"a", R"({"v": 1})"}, {"b", R"({"v": 1})"}, {"d", R"({"v": 1})"}},
                                {{"a", R"({"v": 1})"}, {"c", R"({"v": 1})"}, {"d", R"({"v": 2})"}, {"e", "{}"}});
    EXPECT_EQ(found.left_rows, 3U);
    EXPECT_EQ(found.right_rows, 4U);
    EXPECT_EQ(found.same, 1U);
    EXPECT_EQ(found.changed, 1U);
    EXPECT_EQ(found.only_left, 1U);
    EXPECT_EQ(found.only_right, 2U);
    ASSERT_EQ(found.sample.size(), 4U);
    EXPECT_EQ(found.sample[0].key, "b");
    EXPECT_EQ(found.sample[1].kind, "only right");
    EXPECT_EQ(found.sample[2].fields.at(0).field, "v");
    EXPECT_EQ(found.sample[2].fields.at(0).left, "1");
    EXPECT_EQ(found.sample[2].fields.at(0).right, "2");
    EXPECT_TRUE(found.differs());
}

TEST(Comparison, keeps_types_apart_and_numbers_as_near_as_told) {
    struct Case {
        char const* left;
        char const* right;
        bool same;
    };
    Leniency const leniency{{"when"}, {{"price", 0.01}}};
    for (auto const& [left, right, same] : {Case{R"({"n": 1})", R"({"n": "1"})", false},
                                            {R"({"n": null})", "{}", false},
                                            {R"({"price": 1.0})", R"({"price": 1.009})", true},
                                            {R"({"price": 1.0})", R"({"price": 1.02})", false},
                                            {R"({"price": 1.0})", R"({"price": "1.0"})", false},
                                            {R"({"n": 1.0})", R"({"n": 1.001})", false},
                                            {R"({"when": 1, "n": 1})", R"({"when": 2, "n": 1})", true},
                                            {R"({"when": 1})", "{}", true},
                                            {R"({"a": 1, "b": 2})", R"({"b": 2, "a": 1})", true}}) {
        EXPECT_EQ(compared({{"k", left}}, {{"k", right}}, leniency).same, same ? 1U : 0U) << left << " " << right;
    }
}

TEST(Comparison, shows_a_bounded_sample_and_counts_all) {
    Rows left;
    for (int i = 0; i < 1000; ++i) {
        left.emplace_back(std::to_string(100'000 + i), "{}");
    }
    auto const found = compared(left, {}, {}, 3);
    EXPECT_EQ(found.only_left, 1000U);
    EXPECT_EQ(found.sample.size(), 3U);
}

TEST(Comparison, refuses_keys_that_do_not_tell_rows_apart) {
    EXPECT_NE(compared({{"a", "{}"}, {"a", "{}"}}, {{"a", "{}"}}).problem.find("comes twice on the left"),
              std::string::npos);
    EXPECT_NE(compared({{"a", "{}"}}, {{"b", "{}"}, {"a", "{}"}}).problem.find("out of order on the right"),
              std::string::npos);
}

TEST(Comparison, passes_a_broken_stream_on) {
    Comparison comparison;
    NextRow const broken = []() -> Result<std::optional<KeyedRow>> { return fail(Errc::temporary, "gone"); };
    EXPECT_FALSE(merge_rows(stream_of({}), broken, {}, 1, comparison));
}

TEST(CopyRow, loses_its_escapes) {
    auto const row = parse_copy_row("a\\tb\t\\\\x\t{\"v\": \"a\\\\nb\"}\n", 2);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->key, (std::vector<std::string>{"a\tb", "\\x"}));
    EXPECT_EQ(row->fields, R"({"v": "a\nb"})");
    EXPECT_FALSE(parse_copy_row("\\N\t{}\n", 1));
    EXPECT_TRUE(parse_copy_row("\\\\N\t{}\n", 1));
}

Comparison documents(char const* left, char const* right, RequestPair const& request) {
    Comparison comparison;
    auto const done = compare_documents(Json::parse(left), Json::parse(right), request, 10, comparison);
    comparison.problem = done ? "" : done.error().message;
    return comparison;
}

TEST(Documents, are_compared_by_path) {
    RequestPair request;
    request.leniency = {{"/at", "/list/*/at"}, {{"/list/*/price", 0.1}}};
    auto const found = documents(R"({"at": 1, "list": [{"at": 1, "price": 1}, {"price": 2}]})",
                                 R"({"at": 2, "list": [{"at": 9, "price": 1.05}, {"price": 2.5}, 3]})", request);
    EXPECT_EQ(found.changed, 1U);
    ASSERT_EQ(found.sample.at(0).fields.size(), 2U);
    EXPECT_EQ(found.sample[0].fields[0].field, "/list/1/price");
    EXPECT_EQ(found.sample[0].fields[1].field, "/list/2");
    EXPECT_EQ(found.sample[0].fields[1].left, "");
}

TEST(Documents, match_items_by_key) {
    RequestPair request;
    request.items = "/items";
    request.key = "/id";
    auto const found = documents(R"({"n": 3, "items": [{"id": 1, "v": 1}, {"id": 2, "v": 2}, {"id": 3}]})",
                                 R"({"n": 3, "items": [{"id": 3}, {"id": 1, "v": 9}, {"id": 4}]})", request);
    EXPECT_EQ(found.same, 2U); // item 3, and what is around the list
    EXPECT_EQ(found.changed, 1U);
    EXPECT_EQ(found.only_left, 1U);
    EXPECT_EQ(found.only_right, 1U);
    EXPECT_NE(documents(R"({"items": [{}]})", R"({"items": []})", request).problem, "");
    EXPECT_NE(documents(R"({"items": [{"id": 1}, {"id": 1}]})", R"({"items": []})", request).problem, "");
    EXPECT_NE(documents("{}", R"({"items": []})", request).problem, "");
}

} // namespace
} // namespace sluice::smoke
