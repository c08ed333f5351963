#include "common/process/signals.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace sluice::process {
namespace {

// In a child, since the flag that a signal sets is never taken back.
TEST(SignalsDeathTest, stop_all_but_the_thread_that_finishes_up) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto const stopped_run = [] {
        watch_signals();
        bool right = check_not_stopped().has_value();
        raise(SIGTERM);
        right = right && !check_not_stopped();
        {
            FinishingUp const outer;
            {
                FinishingUp const inner;
                right = right && check_not_stopped();
            }
            right = right && check_not_stopped() && is_finishing_up();
            std::thread([&right] { right = right && !check_not_stopped() && !is_finishing_up(); }).join();
        }
        _exit(right && !check_not_stopped() && stop_signal() == SIGTERM ? 42 : 1);
    };
    EXPECT_EXIT(stopped_run(), testing::ExitedWithCode(42), "");
}

} // namespace
} // namespace sluice::process
