#include "common/json/position.hpp"

#include <gtest/gtest.h>

namespace sluice::json {
namespace {

constexpr std::string_view k_text = R"({
  "version": 1,
  "tables": {"a/b": {"x": [1, {"deep": "}"}, 3]}, "c": {"y\"z": null}},
  "list": [{"k": 1}, {"k": 2}]
})";

TEST(PositionOfPath, is_where_the_key_or_element_stands) {
    struct Case {
        char const* path;
        std::size_t line;
        std::size_t column;
    };
    for (Case const& one : std::vector<Case>{{"", 1, 1},
                                             {"/version", 2, 3},
                                             {"/tables", 3, 3},
                                             {"/tables/a/b", 3, 14},
                                             {"/tables/a/b/x", 3, 22},
                                             {"/tables/a/b/x/1", 3, 31},
                                             {"/tables/a/b/x/1/deep", 3, 32},
                                             {"/tables/c/y\"z", 3, 57},
                                             {"/list/1/k", 4, 23},
                                             {"/tables/gone", 3, 3},
                                             {"/list/9", 4, 3},
                                             {"/gone", 1, 1}}) {
        auto const place = position_of_path(k_text, one.path, "file");
        EXPECT_EQ(place.line, one.line) << one.path;
        EXPECT_EQ(place.column, one.column) << one.path;
    }
    EXPECT_EQ(position_of_path(k_text, "/version", "file").line_text, "  \"version\": 1,");
}

} // namespace
} // namespace sluice::json
