#include "common/time/deadline.hpp"

#include "tests/support/fake_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::time {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, passes_at_the_limit_and_not_before) {
    test::FakeClock clock;
    Deadline const deadline(clock, 10s);
    clock.advance(9'999ms);
    EXPECT_FALSE(deadline.passed());
    clock.advance(1ms);
    EXPECT_TRUE(deadline.passed());
}

TEST(Deadline, tells_what_is_left_and_never_less_than_nothing) {
    test::FakeClock clock;
    Deadline const deadline(clock, 10s);
    clock.advance(4s);
    EXPECT_EQ(deadline.left(), 6s);
    clock.advance(1h);
    EXPECT_EQ(deadline.left(), 0s);
}

TEST(Deadline, of_no_time_has_passed_at_once) {
    test::FakeClock const clock;
    EXPECT_TRUE(Deadline(clock, 0ms).passed());
}

// The longest duration that parse_duration accepts is far beyond what the clock's nanoseconds can hold.
TEST(Deadline, in_the_far_future_does_not_wrap_into_the_past) {
    EXPECT_FALSE(Deadline(real_clock(), std::chrono::milliseconds::max()).passed());
    EXPECT_GT(Deadline(real_clock(), std::chrono::milliseconds::max()).left(), 24h);
}

} // namespace
} // namespace sluice::time
