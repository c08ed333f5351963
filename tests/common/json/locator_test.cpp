#include "common/json/locator.hpp"

#include "common/json/object_reader.hpp"

#include <gtest/gtest.h>

namespace sluice::json {
namespace {

constexpr char const* k_text = R"({
  "checks": [
    {"id": "a,\"b", "list": [1, [2, 3.5e1], {}], "n": null},
	{"id" : "c"}
  ]
})";

TEST(Locator, finds_values_and_keys) {
    struct Case {
        char const* path;
        std::size_t line, column, key_column;
    };
    Locator const locator(k_text, "file");
    for (auto const& [path, line, column, key_column] :
         {Case{"", 1, 1, 1}, Case{"/checks", 2, 13, 3}, Case{"/checks/0", 3, 5, 5}, Case{"/checks/0/id", 3, 12, 6},
          Case{"/checks/0/list/0", 3, 30, 30}, Case{"/checks/0/list/1/1", 3, 37, 37},
          Case{"/checks/0/list/2", 3, 45, 45}, Case{"/checks/0/n", 3, 55, 50}, Case{"/checks/1/id", 4, 10, 3}}) {
        auto const value = locator.value_at(path);
        auto const key = locator.key_at(path);
        EXPECT_EQ(value.line, line) << path;
        EXPECT_EQ(value.column, column) << path;
        EXPECT_EQ(key.column, key_column) << path;
        EXPECT_EQ(value.file, "file");
    }
    EXPECT_EQ(locator.value_at("/checks/1").line_text, "\t{\"id\" : \"c\"}");
}

TEST(Locator, knows_keys_with_slashes_and_escapes) {
    Locator const locator(R"({"a/b": {"x": 1}, "c": {"y\"z": {"\u00e4": 2}}})", "file");
    EXPECT_EQ(locator.key_at("/a/b/x").column, 10U);
    EXPECT_EQ(locator.key_at("/c/y\"z").column, 25U);
    EXPECT_EQ(locator.value_at("/c/y\"z/ä").column, 44U);
}

TEST(Locator, points_an_error_at_the_path_it_names) {
    Locator const locator(k_text, "file");
    Error const plain{Errc::usage, "something is wrong", {}, {}, {}};
    EXPECT_EQ(locator.pointed(plain).at->line, 1U);
    Error named{Errc::usage, "'/checks/1/id' is 'c'", {}, {}, {}};
    EXPECT_EQ(locator.pointed(named).at->line, 4U);
    Error const within{Errc::usage, "no such zone", {}, {"reading '/checks/0/n'", "reading '/checks'"}, {}};
    EXPECT_EQ(locator.pointed(within).at->column, 50U);
    named.at = locator.key_at("/checks/0/n");
    EXPECT_EQ(locator.pointed(named).at->column, 50U) << "it pointed there already";
}

TEST(Locator, falls_back_to_what_is_around) {
    Locator const locator(k_text, "file");
    EXPECT_EQ(locator.value_at("/checks/1/url").line, 4U);
    EXPECT_EQ(locator.value_at("/nothing/at/all").line, 1U);
    EXPECT_EQ(Locator("", "file").value_at("/a").line, 1U);
}

TEST(Locator, survives_depth) {
    std::string const deep(100'000, '[');
    EXPECT_EQ(Locator(deep + std::string(100'000, ']'), "file").value_at("").column, 1U);
}

TEST(Locator, lets_a_reader_point_at_the_problem) {
    auto const document = parse(k_text, "file").value();
    Locator const locator(k_text, "file");
    ObjectReader unknown(document["checks"][1], "/checks/1", &locator);
    EXPECT_EQ(unknown.finish().error().at.value().column, 3U);
    ObjectReader missing(document["checks"][1], "/checks/1", &locator);
    [[maybe_unused]] auto const nothing = missing.required<std::string>("url");
    EXPECT_EQ(missing.finish().error().at.value().line, 4U);
    ObjectReader wrong(document["checks"][1], "/checks/1", &locator);
    [[maybe_unused]] auto const number = wrong.required<int>("id");
    EXPECT_EQ(wrong.finish().error().at.value().column, 10U);
}

} // namespace
} // namespace sluice::json
