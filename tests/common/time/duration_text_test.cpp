#include "common/time/duration_text.hpp"

#include <gtest/gtest.h>

namespace sluice::time {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, knows_each_unit) {
    EXPECT_EQ(parse_duration("500ms").value(), 500ms);
    EXPECT_EQ(parse_duration("30s").value(), 30s);
    EXPECT_EQ(parse_duration("5m").value(), 5min);
    EXPECT_EQ(parse_duration("2h").value(), 2h);
    EXPECT_EQ(parse_duration("7d").value(), 168h);
    EXPECT_EQ(parse_duration("2w").value(), 336h);
    EXPECT_EQ(parse_duration("0s").value(), 0s);
}

TEST(ParseDuration, adds_up_several_units) {
    EXPECT_EQ(parse_duration("1h30m").value(), 90min);
    EXPECT_EQ(parse_duration("1d2h3m4s5ms").value(), 26h + 3min + 4s + 5ms);
}

TEST(ParseDuration, refuses_what_is_not_clearly_a_duration) {
    for (char const* text : {"", "30", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5h", "5S", "5y", "1h30", "0x5s"}) {
        auto const outcome = parse_duration(text);
        ASSERT_FALSE(outcome) << text;
        EXPECT_EQ(outcome.error().kind, Errc::usage);
        EXPECT_EQ(outcome.error().message, "'" + std::string(text) + "' is not a duration");
    }
}

TEST(ParseDuration, refuses_what_does_not_fit) {
    EXPECT_TRUE(parse_duration("9223372036854775807ms"));
    EXPECT_FALSE(parse_duration("9223372036854775808ms"));
    EXPECT_FALSE(parse_duration("9223372036854775807s"));
    EXPECT_FALSE(parse_duration("9223372036854775807ms1ms"));
}

TEST(DurationText, shows_the_two_largest_units) {
    EXPECT_EQ(duration_text(0ms), "0ms");
    EXPECT_EQ(duration_text(250ms), "250ms");
    EXPECT_EQ(duration_text(12'345ms), "12.3s");
    EXPECT_EQ(duration_text(59'999ms), "59.9s");
    EXPECT_EQ(duration_text(60s), "1m");
    EXPECT_EQ(duration_text(4min + 10s), "4m 10s");
    EXPECT_EQ(duration_text(2h + 5min + 40s), "2h 5m");
    EXPECT_EQ(duration_text(51h + 20min), "2d 3h");
}

} // namespace
} // namespace sluice::time
