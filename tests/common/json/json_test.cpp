#include "common/json/json.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::json {
namespace {

using test::must;

Error error_of(std::string_view text) {
    auto const outcome = parse(text, "file.json");
    EXPECT_FALSE(outcome) << text;
    return outcome ? Error{} : outcome.error();
}

TEST(JsonParse, gives_the_document) {
    auto const document = parse(R"({"a": [1, 2.5, "x", null, true]})", "file.json");
    ASSERT_TRUE(document);
    EXPECT_EQ((*document)["a"].size(), 5U);
}

TEST(JsonParse, tells_line_column_and_text_of_a_mistake) {
    Error const error = error_of("{\n  \"a\": 1,\n  \"b\": ?\n}");
    EXPECT_EQ(error.kind, Errc::bad_data);
    ASSERT_TRUE(error.at);
    EXPECT_EQ(error.at->file, "file.json");
    EXPECT_EQ(error.at->line, 3U);
    EXPECT_EQ(error.at->column, 8U);
    EXPECT_EQ(error.at->line_text, "  \"b\": ?");
}

TEST(JsonParse, points_behind_the_last_letter_of_a_text_that_stops_too_early) {
    Error const error = error_of(R"({"a": 1)");
    ASSERT_TRUE(error.at);
    EXPECT_EQ(error.at->line, 1U);
    EXPECT_EQ(error.at->column, 8U);
}

TEST(JsonParse, does_not_show_the_library_s_own_prefix) {
    EXPECT_EQ(error_of("[1, ").message.find("json.exception"), std::string::npos);
    EXPECT_EQ(error_of("[1e999]").message.find("json.exception"), std::string::npos);
}

TEST(JsonParse, refuses_an_empty_text_and_more_than_one_document) {
    EXPECT_EQ(error_of("").kind, Errc::bad_data);
    EXPECT_EQ(error_of("{} {}").kind, Errc::bad_data);
    EXPECT_EQ(error_of("// remark\n{}").kind, Errc::bad_data);
    EXPECT_EQ(error_of("[1,]").kind, Errc::bad_data);
    EXPECT_EQ(error_of("\"\xFF\"").kind, Errc::bad_data);
}

TEST(JsonParse, refuses_a_key_given_twice_and_points_at_the_second) {
    Error const error = error_of("{\n  \"a\": 1,\n  \"b\": {\"a\": 2},\n  \"a\": 3\n}");
    EXPECT_EQ(error.kind, Errc::bad_data);
    EXPECT_EQ(error.message, "key 'a' is given twice");
    ASSERT_TRUE(error.at);
    EXPECT_EQ(error.at->line, 4U);
    EXPECT_EQ(error.at->column, 3U);
}

TEST(JsonParse, points_at_the_repeated_key_even_when_its_text_comes_again_later) {
    Error const error = error_of("{\n\"a\": 1,\n\"a\": 2,\n\"b\": \"a\",\n\"c\": {\"a\": 1}}");
    ASSERT_TRUE(error.at);
    EXPECT_EQ(error.at->line, 3U);
    EXPECT_EQ(error.at->column, 1U);
}

TEST(JsonParse, sees_a_repeated_key_through_escapes_and_an_empty_one) {
    Error const escaped = error_of("{\"a\\\"b\": 1,\n \"a\\u0022b\": 2}");
    EXPECT_EQ(escaped.message, "key 'a\"b' is given twice");
    ASSERT_TRUE(escaped.at);
    EXPECT_EQ(escaped.at->line, 2U);
    EXPECT_EQ(escaped.at->column, 2U);
    EXPECT_EQ(error_of(R"({"": 1, "": 2})").message, "key '' is given twice");
}

TEST(JsonParse, allows_the_same_key_in_different_objects) {
    EXPECT_TRUE(parse(R"([{"a": 1}, {"a": 2, "b": {"a": 3}}])", "file.json"));
}

// A parser that looks through the list at the end of each object in it would take a minute.
TEST(JsonParse, reads_a_list_of_very_many_objects) {
    constexpr std::size_t count = 300'000;
    std::string text = "[{}";
    for (std::size_t i = 1; i < count; ++i) {
        text += ",{}";
    }
    EXPECT_EQ(must(json::parse(text + "]", "f")).size(), count);
}

TEST(JsonParse, builds_what_the_library_builds) {
    std::string const text =
        R"({"a":[1,-2,2.5e3,18446744073709551615,true,false,null,"\u00e9\n",[],{},[[{"b":[{}]}]]],"":{"a":{}}})";
    EXPECT_EQ(must(json::parse(text, "f")), Json::parse(text));
    for (char const* scalar : {"1", "\"x\"", "null", "[]", "{}"}) {
        EXPECT_EQ(must(json::parse(scalar, "f")), Json::parse(scalar));
    }
}

TEST(JsonParse, hands_out_the_items_of_one_list_and_keeps_the_rest) {
    std::string const text = R"({"list":[[1,[2]],{"list":[3]},4,"x",[]],"other":[1],"deep":{"list":[5]}})";
    std::vector<Json> items;
    json::HandedOut const handed_out{"list", [&](Json const& item) { items.push_back(item); }};
    auto const rest = must(json::parse(text, "f", &handed_out));
    EXPECT_EQ(Json(items), Json::parse(R"([[1,[2]],{"list":[3]},4,"x",[]])"));
    EXPECT_EQ(rest, Json::parse(R"({"list":[],"other":[1],"deep":{"list":[5]}})"));
    items.clear();
    EXPECT_EQ(must(json::parse(R"([{"list":[1]}])", "f", &handed_out)), Json::parse(R"([{"list":[1]}])"));
    EXPECT_EQ(must(json::parse(R"({"list":{"a":1}})", "f", &handed_out)), Json::parse(R"({"list":{"a":1}})"));
    EXPECT_TRUE(items.empty());
}

TEST(JsonDump, replaces_bytes_that_are_not_utf8_instead_of_failing) {
    // U+FFFD REPLACEMENT CHARACTER is EF BF BD in UTF-8.
    EXPECT_EQ(dump(Json("a\xFF")), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonDump, is_one_line_or_indented_by_two) {
    Json const value = Json::parse(R"({"a":[1]})");
    EXPECT_EQ(dump(value), R"({"a":[1]})");
    EXPECT_EQ(dump_indented(value), "{\n  \"a\": [\n    1\n  ]\n}\n");
}

} // namespace
} // namespace sluice::json
