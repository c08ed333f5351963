#include "common/snapshot/marker.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

TEST(SplitComment, leaves_a_comment_without_marker_alone) {
    for (char const* text : {"", "The shop", "two\nlines\n", "a word on sluice: none", "sluice:{}", "\n"}) {
        auto const comment = split_comment(text);
        EXPECT_EQ(comment.text, text);
        EXPECT_EQ(comment.marker, std::nullopt);
        EXPECT_FALSE(comment.marker_damaged);
    }
}

TEST(SplitComment, finds_the_marker_in_the_last_line) {
    auto const comment = split_comment("The shop\nof ours\nsluice: {\"environment\":\"production\"}");
    EXPECT_EQ(comment.text, "The shop\nof ours");
    ASSERT_TRUE(comment.marker);
    EXPECT_EQ((*comment.marker)["environment"], "production");
}

TEST(SplitComment, finds_the_marker_where_there_is_nothing_else) {
    auto const comment = split_comment("sluice: {}");
    EXPECT_EQ(comment.text, "");
    EXPECT_EQ(comment.marker, Json::object());
}

TEST(SplitComment, takes_a_marker_above_other_text_for_the_user_s_own) {
    auto const comment = split_comment("sluice: {}\nsomebody wrote on");
    EXPECT_EQ(comment.text, "sluice: {}\nsomebody wrote on");
    EXPECT_EQ(comment.marker, std::nullopt);
}

// Nothing may be concluded from such a line, least of all that this is not production.
TEST(SplitComment, calls_a_marker_damaged_that_is_no_object) {
    for (char const* text : {"sluice: {\"environment\":", "sluice: ", "sluice: 7", "sluice: {} x", "x\nsluice: []"}) {
        auto const comment = split_comment(text);
        EXPECT_TRUE(comment.marker_damaged) << text;
        EXPECT_EQ(comment.marker, std::nullopt) << text;
    }
}

TEST(JoinComment, writes_what_split_comment_reads) {
    Json const marker{{"environment", "production"}, {"text", "line\nbreak \"quoted\" ä"}};
    for (char const* text : {"", "The shop", "two\nlines", "sluice: not really"}) {
        auto const comment = split_comment(join_comment(text, marker));
        EXPECT_EQ(comment.text, text);
        EXPECT_EQ(comment.marker, marker);
    }
}

TEST(JoinComment, puts_the_marker_into_one_line) {
    std::string const comment = join_comment("a", Json{{"b", "x\ny"}});
    EXPECT_EQ(comment, "a\nsluice: {\"b\":\"x\\ny\"}");
}

} // namespace
} // namespace sluice::snapshot
