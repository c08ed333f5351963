#include "common/time/clock.hpp"

#include "tests/support/fake_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::time {
namespace {

using namespace std::chrono_literals;

TEST(RealClock, sleeps_at_least_as_long_as_asked) {
    auto const before = real_clock().steady_now();
    real_clock().sleep_for(20ms);
    EXPECT_GE(real_clock().steady_now() - before, 20ms);
}

TEST(RealClock, does_not_sleep_for_a_negative_duration) {
    auto const before = real_clock().steady_now();
    real_clock().sleep_for(-5s);
    EXPECT_LT(real_clock().steady_now() - before, 5s);
}

TEST(FakeClock, moves_both_clocks_by_what_was_slept) {
    test::FakeClock clock;
    auto const steady = clock.steady_now();
    auto const wall = clock.wall_now();
    clock.sleep_for(90s);
    EXPECT_EQ(clock.steady_now() - steady, 90s);
    EXPECT_EQ(clock.wall_now() - wall, 90s);
    EXPECT_EQ(clock.sleeps(), std::vector<std::chrono::milliseconds>{90s});
}

} // namespace
} // namespace sluice::time
