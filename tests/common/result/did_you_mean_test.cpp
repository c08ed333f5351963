#include "common/result/did_you_mean.hpp"

#include <gtest/gtest.h>

namespace sluice::result {
namespace {

TEST(DidYouMean, names_the_candidate_with_one_letter_wrong) {
    EXPECT_EQ(did_you_mean("--sorce", {"--store", "--source", "--name"}), "did you mean '--source'?");
}

TEST(DidYouMean, sees_a_letter_too_many_and_a_letter_swapped) {
    EXPECT_EQ(did_you_mean("verifyy", {"list", "verify"}), "did you mean 'verify'?");
    EXPECT_EQ(did_you_mean("verfiy", {"list", "verify"}), "did you mean 'verify'?");
}

TEST(DidYouMean, prefers_the_nearest) {
    EXPECT_EQ(did_you_mean("--job", {"--json", "--jobs"}), "did you mean '--jobs'?");
}

TEST(DidYouMean, accepts_a_third_of_the_letters_and_no_more) {
    EXPECT_EQ(did_you_mean("abcxyz", {"abcdyy"}), "did you mean 'abcdyy'?"); // 2 of 6 differ
    EXPECT_EQ(did_you_mean("abcxyz", {"abcdef"}), "");                       // 3 of 6 differ
}

TEST(DidYouMean, says_nothing_without_candidates) { EXPECT_EQ(did_you_mean("anything", {}), ""); }

} // namespace
} // namespace sluice::result
