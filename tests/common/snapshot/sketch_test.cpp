#include "common/snapshot/sketch.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

// Lines begin to end of this many, of which every `changed`th is another (0: none).
std::string lines(int begin, int end, int changed = 0) {
    std::string text;
    for (int i = begin; i < end; ++i) {
        text += std::to_string(i) + (changed != 0 && i % changed == 0 ? "\tnew\n" : "\told\n");
    }
    return text;
}

std::size_t numbers_in_common(Sketch const& a, Sketch const& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < Sketch::k_numbers; ++i) {
        count += a.least.at(i) == b.least.at(i) ? 1U : 0U;
    }
    return count;
}

TEST(SketchOf, depends_on_the_lines_and_not_on_their_order) {
    std::string const first = lines(0, 5000);
    std::string const second = lines(5000, 10'000);
    EXPECT_EQ(sketch_of(first + second), sketch_of(second + first));
    EXPECT_NE(sketch_of(first), sketch_of(second));
}

// Each number agrees as often as a line of both is in both: 98 of 100 here, so about 784 of 800.
TEST(SketchOf, agrees_where_one_line_in_a_hundred_differs) {
    std::size_t agreed = 0;
    for (int i = 0; i < 200; ++i) {
        agreed += numbers_in_common(sketch_of(lines(i * 2000, i * 2000 + 2000)),
                                    sketch_of(lines(i * 2000, i * 2000 + 2000, 100)));
    }
    EXPECT_GT(agreed, 740U);
}

TEST(SketchOf, agrees_seldom_where_two_thirds_differ) {
    std::size_t agreed = 0;
    for (int i = 0; i < 200; ++i) {
        agreed += numbers_in_common(sketch_of(lines(i * 9000, i * 9000 + 2000)),
                                    sketch_of(lines(i * 9000 + 1000, i * 9000 + 3000)));
    }
    EXPECT_GT(agreed, 180U); // a third of 800 is 267
    EXPECT_LT(agreed, 360U);
}

TEST(SketchOf, takes_what_has_no_line_end_for_one_line) {
    EXPECT_EQ(sketch_of(std::string(1000, 'x')), sketch_of(std::string(1000, 'x')));
    EXPECT_NE(sketch_of(std::string(1000, 'x')), sketch_of(std::string(1001, 'x')));
    EXPECT_NE(sketch_of("a\nb"), sketch_of("b\na")) << "the last line has no end";
}

TEST(SketchText, comes_back_as_it_was) {
    Sketch const sketch{{0U, 1U, 0xabcdef01U, UINT32_MAX}};
    EXPECT_EQ(to_text(sketch), "0000000000000001abcdef01ffffffff");
    EXPECT_EQ(parse_sketch(to_text(sketch)), sketch);
    for (auto const* const bad : {"", "0", "0000000000000001abcdef01fffffff", "0000000000000001ABCDEF01ffffffff",
                                  "0000000000000001abcdef01fffffffff", "-000000000000001abcdef01ffffffff"}) {
        EXPECT_EQ(parse_sketch(bad), std::nullopt) << bad;
    }
}

} // namespace
} // namespace sluice::snapshot
