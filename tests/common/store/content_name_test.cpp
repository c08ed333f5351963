#include "common/crypto/digest.hpp"
#include "common/store/content_name.hpp"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

std::string const g_digest(64, 'a');

TEST(ContentName, is_one_digest_or_two) {
    EXPECT_TRUE(is_content_name(crypto::sha256_hex("abc")));
    EXPECT_TRUE(is_content_name(difference_name(g_digest, crypto::sha256_hex("abc"))));
}

TEST(ContentName, is_nothing_else) {
    for (std::string const& text :
         {std::string(), g_digest.substr(1), g_digest + "0", "A" + g_digest.substr(1), "../" + g_digest.substr(3),
          "-" + g_digest, g_digest + "-", g_digest + "_" + g_digest, g_digest + "-" + g_digest.substr(1),
          g_digest + "-" + g_digest + "-" + g_digest}) {
        EXPECT_FALSE(is_content_name(text)) << text;
    }
}

TEST(ContentName, of_a_difference_has_its_base_behind) { EXPECT_EQ(difference_name("ab", "cd"), "ab-cd"); }

} // namespace
} // namespace sluice::store
