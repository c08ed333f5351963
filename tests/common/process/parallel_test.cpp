#include "common/process/parallel.hpp"

#include "common/process/signals.hpp"
#include "tests/support/must.hpp"

#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <set>
#include <stdexcept>
#include <vector>

namespace sluice::process {
namespace {

using test::must;

TEST(RunParallel, does_every_item_once) {
    std::vector<std::atomic<int>> done(1000);
    must(run_parallel(4, done.size(), [&](std::size_t, std::size_t item) -> Result<void> {
        ++done[item];
        return {};
    }));
    for (auto const& count : done) {
        EXPECT_EQ(count, 1);
    }
}

TEST(RunParallel, gives_a_worker_one_item_at_a_time) {
    std::vector<std::atomic<int>> busy(3);
    std::atomic<bool> crowded{false};
    must(run_parallel(3, 300, [&](std::size_t worker, std::size_t) -> Result<void> {
        crowded = crowded || ++busy[worker] != 1;
        --busy[worker];
        return {};
    }));
    EXPECT_FALSE(crowded);
}

TEST(RunParallel, begins_the_items_in_order) {
    std::vector<std::size_t> order;
    must(run_parallel(1, 5, [&](std::size_t, std::size_t item) -> Result<void> {
        order.push_back(item);
        return {};
    }));
    EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(RunParallel, is_content_with_nothing_to_do) {
    EXPECT_TRUE(run_parallel(4, 0, [](std::size_t, std::size_t) { return fail(Errc::internal, "called"); }));
}

TEST(RunParallel, stops_at_the_first_error_and_returns_it) {
    std::atomic<std::size_t> begun{0};
    auto const outcome = run_parallel(2, 100'000, [&](std::size_t, std::size_t item) -> Result<void> {
        ++begun;
        return item == 10 ? fail(Errc::bad_data, "item 10") : Result<void>{};
    });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "item 10");
    EXPECT_LT(begun, 100'000U);
}

TEST(RunParallel, keeps_an_exception_inside) {
    auto const outcome =
        run_parallel(2, 3, [](std::size_t, std::size_t) -> Result<void> { throw std::runtime_error("out of luck"); });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::internal);
    EXPECT_NE(outcome.error().message.find("out of luck"), std::string::npos);
}

// In a child, since the flag that a signal sets is never taken back.
TEST(RunParallelDeathTest, hands_out_nothing_after_a_signal) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto const stopped_run = [] {
        watch_signals();
        std::atomic<int> begun{0};
        auto const outcome = run_parallel(2, 1000, [&](std::size_t, std::size_t) -> Result<void> {
            if (++begun == 1) {
                raise(SIGTERM);
            }
            return {};
        });
        bool const right = !outcome && outcome.error().kind == Errc::interrupted && begun < 1000;
        _exit(right ? 42 : 1);
    };
    EXPECT_EXIT(stopped_run(), testing::ExitedWithCode(42), "");
}

} // namespace
} // namespace sluice::process
