#include "common/snapshot/similar_chunks.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

ChunkInfo chunk(std::uint64_t plain_bytes, std::array<std::uint32_t, Sketch::k_numbers> const& least,
                std::optional<std::uint32_t> base = std::nullopt) {
    return {"id", "", plain_bytes, plain_bytes / 4, Sketch{least}, base};
}

TEST(SimilarChunks, finds_the_one_with_most_of_the_sketch) {
    SimilarChunks const known({chunk(1000, {1, 2, 3, 4}), chunk(1000, {5, 6, 7, 8})});
    EXPECT_EQ(known.base_for({{5, 6, 3, 8}}, 1000), 1U);
    EXPECT_EQ(known.base_for({{1, 2, 3, 9}}, 1000), 0U);
    EXPECT_EQ(known.base_for({{9, 9, 9, 9}}, 1000), std::nullopt);
    EXPECT_EQ(known.base_for({{4, 3, 2, 1}}, 1000), std::nullopt) << "each place has a hash of its own";
}

// As when a change removes the line at which they were cut: the small one has two votes, the large one most of the
// bytes.
TEST(SimilarChunks, prefers_the_larger_part_of_joined_chunks) {
    SimilarChunks const known({chunk(500, {1, 20, 30, 4}), chunk(2800, {10, 2, 31, 41}), chunk(700, {11, 21, 3, 42})});
    EXPECT_EQ(known.base_for({{1, 2, 3, 4}}, 4000), 1U);
}

TEST(SimilarChunks, takes_none_that_has_less_than_a_third) {
    SimilarChunks const known({chunk(300, {1, 2, 3, 4})});
    EXPECT_EQ(known.base_for({{1, 2, 3, 4}}, 1000), std::nullopt) << "all of it, but it is small";
    EXPECT_EQ(known.base_for({{1, 2, 3, 4}}, 900), 0U);
    // One in four is alike: of 1,000 and 500 bytes, 300 are in both.
    EXPECT_EQ(SimilarChunks({chunk(500, {1, 2, 3, 4})}).base_for({{1, 20, 30, 40}}, 1000), std::nullopt);
}

TEST(SimilarChunks, leads_from_a_difference_to_its_base) {
    SimilarChunks const known({chunk(1000, {1, 2, 3, 4}), chunk(900, {5, 6, 7, 8}, 0)});
    EXPECT_EQ(known.base_for({{5, 6, 7, 9}}, 1000), 0U);
}

} // namespace
} // namespace sluice::snapshot
