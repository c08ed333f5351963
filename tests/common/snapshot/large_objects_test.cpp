#include "common/snapshot/large_objects.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

constexpr std::uint64_t k_mebibyte = std::uint64_t{1024} * 1024;

LargeObject object_of(std::uint32_t oid, std::uint64_t size) { return {oid, "owner", {}, "", size}; }

TEST(PlanLargeObjects, has_nothing_for_no_objects) { EXPECT_TRUE(plan_large_objects({}).empty()); }

TEST(PlanLargeObjects, puts_small_objects_together) {
    auto const ranges = plan_large_objects({object_of(5, 10), object_of(700, 20), object_of(4294967290U, 30)});
    ASSERT_EQ(ranges.size(), 1U);
    EXPECT_EQ(ranges[0].first, 5U);
    EXPECT_EQ(ranges[0].last, 4294967290U);
    EXPECT_EQ(ranges[0].size_bytes, 60U);
}

TEST(PlanLargeObjects, covers_every_object_once_in_order) {
    std::vector<LargeObject> objects;
    for (std::uint32_t oid = 1; oid <= 50; ++oid) {
        objects.push_back(object_of(oid * 10, oid % 7 * k_mebibyte));
    }
    auto const ranges = plan_large_objects(objects);
    EXPECT_GT(ranges.size(), 10U);
    std::uint32_t last = 0;
    std::uint64_t bytes = 0;
    for (auto const& range : ranges) {
        EXPECT_GT(range.first, last);
        EXPECT_GE(range.last, range.first);
        last = range.last;
        bytes += range.size_bytes;
    }
    EXPECT_EQ(ranges.front().first, 10U);
    EXPECT_EQ(last, 500U);
    EXPECT_EQ(bytes, 148U * k_mebibyte); // seven rounds of 0+1+…+6, and oid 50 with 1
}

} // namespace
} // namespace sluice::snapshot
