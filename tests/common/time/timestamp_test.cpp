#include "common/time/timestamp.hpp"

#include <gtest/gtest.h>

namespace sluice::time {
namespace {

using namespace std::chrono_literals;

// `date -u -d '2026-11-22 00:15:30' +%s` prints 1795306530.
constexpr Wall k_known{1'795'306'530s};

TEST(Timestamp, is_written_in_utc_with_milliseconds) {
    EXPECT_EQ(timestamp_text(k_known + 123ms), "2026-11-22T00:15:30.123Z");
    EXPECT_EQ(timestamp_text(k_known), "2026-11-22T00:15:30.000Z");
    EXPECT_EQ(timestamp_text(k_known + 7ms), "2026-11-22T00:15:30.007Z");
}

TEST(Timestamp, has_a_compact_form) { EXPECT_EQ(compact_timestamp(k_known + 999ms), "20261122T001530Z"); }

TEST(Timestamp, is_right_before_the_epoch_too) { EXPECT_EQ(timestamp_text(Wall{-1ms}), "1969-12-31T23:59:59.999Z"); }

TEST(Timestamp, reads_what_it_writes) {
    EXPECT_EQ(parse_timestamp("2026-11-22T00:15:30.123Z").value(), k_known + 123ms);
    EXPECT_EQ(parse_timestamp("2026-11-22T00:15:30Z").value(), k_known);
}

TEST(Timestamp, refuses_everything_else) {
    for (char const* text :
         {"", "2026-11-22", "2026-11-22T00:15:30", "2026-11-22T00:15:30+00:00", "2026-11-22 00:15:30Z",
          "2026-11-22T00:15:30.5Z", "2026-11-22T00:15:30.-12Z", "2026-11-22T00:15:30.1234Z", "2026-13-01T00:00:00Z",
          "2026-02-30T00:00:00Z", "2026-11-22T24:00:01Z", "2026-11-22T0:15:30Z", "26-11-22T00:15:30Z",
          "2026-11-22T00:15:30Zx", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", " 2026-11-22T00:15:30Z"}) {
        auto const outcome = parse_timestamp(text);
        ASSERT_FALSE(outcome) << text;
        EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    }
}

} // namespace
} // namespace sluice::time
