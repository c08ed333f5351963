#include "tools/smoke/outage.hpp"

#include <gtest/gtest.h>

namespace sluice::smoke {
namespace {

using namespace std::chrono_literals;

// One probe every 100 ms, each answered after 10 ms: "." good, "x" failed, "?" could not look.
Lane lane_of(std::string const& marks) {
    Lane lane;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        Sample sample;
        sample.planned = 100ms * static_cast<int>(i);
        sample.started = sample.planned + 1ms;
        sample.ended = sample.planned + 10ms;
        sample.number = static_cast<std::uint32_t>(i);
        sample.verdict = marks[i] == '.' ? Verdict::pass : marks[i] == 'x' ? Verdict::fail : Verdict::unknown;
        lane.samples.push_back(sample);
    }
    return lane;
}

LaneSummary summary_of(std::string const& marks) {
    return summarise(lane_of(marks), 100ms * static_cast<int>(marks.size()));
}

TEST(Outage, lasts_from_the_first_bad_probe_to_the_next_good_one) {
    auto const summary = summary_of("..xxx..x.");
    EXPECT_EQ(summary.failed, 4U);
    ASSERT_EQ(summary.outages.size(), 2U);
    EXPECT_EQ(summary.outages[0].from, 200ms);
    EXPECT_EQ(summary.outages[0].to, 500ms);
    EXPECT_EQ(summary.outages[0].probes, 3U);
    EXPECT_TRUE(summary.outages[0].over);
    EXPECT_EQ(summary.longest_outage->length(), 300ms);
    EXPECT_EQ(summary.outages[1].length(), 100ms);
}

TEST(Outage, that_is_not_over_lasts_until_the_end) {
    auto const summary = summary_of("..x?");
    EXPECT_EQ(summary.failed, 1U);
    EXPECT_EQ(summary.unknown, 1U);
    ASSERT_EQ(summary.outages.size(), 1U);
    EXPECT_EQ(summary.outages[0].to, 400ms);
    EXPECT_FALSE(summary.outages[0].over);
}

TEST(Outage, does_not_depend_on_the_order_of_the_answers) {
    auto lane = lane_of(".xx.");
    std::swap(lane.samples[0], lane.samples[2]);
    auto const summary = summarise(lane, 400ms);
    ASSERT_EQ(summary.outages.size(), 1U);
    EXPECT_EQ(summary.outages[0].from, 100ms);
    EXPECT_EQ(summary.outages[0].to, 300ms);
}

TEST(Outage, gap_is_measured_between_good_answers_and_to_the_end) {
    EXPECT_EQ(summary_of("..xx.").longest_gap.length(), 300ms);
    EXPECT_EQ(summary_of(".xxx").longest_gap.length(), 390ms);
    EXPECT_EQ(summary_of("xxxx").longest_gap.length(), 400ms);
    auto stalled = lane_of("...");
    stalled.samples[1].ended = 900ms;
    stalled.samples[2].ended = 901ms;
    EXPECT_EQ(summarise(stalled, 901ms).longest_gap.length(), 890ms);
}

TEST(Outage, answers_count_from_when_they_were_due) {
    auto lane = lane_of("..");
    lane.samples[1].started = lane.samples[1].planned + 500ms;
    lane.samples[1].ended = lane.samples[1].planned + 510ms;
    auto const summary = summarise(lane, 700ms);
    EXPECT_EQ(summary.p99, 510ms);
    EXPECT_EQ(summary.schedule_error_p99, 500ms);
}

TEST(Quantile, is_a_value_that_came) {
    EXPECT_EQ(quantile({}, 0.5), 0ms);
    EXPECT_EQ(quantile({3ms, 1ms, 2ms}, 0.5), 2ms);
    EXPECT_EQ(quantile({3ms, 1ms, 2ms}, 0.99), 3ms);
    EXPECT_EQ(quantile({3ms, 1ms, 2ms}, 0.0), 1ms);
}

TEST(Budgets, tolerate_nothing_unless_told) {
    EXPECT_TRUE(judge_budgets({}, summary_of("....")).kept);
    EXPECT_FALSE(judge_budgets({}, summary_of("..x.")).kept);
    EXPECT_FALSE(judge_budgets({}, summary_of("..?.")).kept);
}

TEST(Budgets, are_each_held) {
    auto const summary = summary_of("..xxx...");
    EXPECT_TRUE(judge_budgets({.failures = 3}, summary).kept);
    EXPECT_FALSE(judge_budgets({.failures = 2}, summary).kept);
    EXPECT_TRUE(judge_budgets({.outage = 300ms}, summary).kept);
    EXPECT_FALSE(judge_budgets({.outage = 299ms}, summary).kept);
    EXPECT_TRUE(judge_budgets({.gap = 400ms}, summary).kept);
    EXPECT_FALSE(judge_budgets({.gap = 399ms}, summary).kept);
    EXPECT_FALSE(judge_budgets({.failures = 3, .outage = 100ms}, summary).kept);
    EXPECT_NE(judge_budgets({.outage = 100ms}, summary).why.find("300ms"), std::string::npos);
}

} // namespace
} // namespace sluice::smoke
