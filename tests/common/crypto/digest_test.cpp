#include "common/crypto/digest.hpp"

#include <gtest/gtest.h>

namespace sluice::crypto {
namespace {

TEST(Hex, goes_there_and_back) {
    std::string const bytes("\0\x0f\xf0\xff", 4);
    EXPECT_EQ(hex(bytes), "000ff0ff");
    EXPECT_EQ(from_hex("000ff0ff"), bytes);
    EXPECT_EQ(from_hex(""), "");
    for (char const* text : {"0", "0g", "0F", " 0", "0x00"}) {
        EXPECT_EQ(from_hex(text), std::nullopt) << text;
    }
}

TEST(HmacSha256, gives_the_examples_of_rfc_4231) {
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hmac_sha256("Jefe", {"what do ", "", "ya want for nothing?"}),
              hmac_sha256("Jefe", "what do ya want for nothing?"));
}

TEST(EqualSecretly, is_equality) {
    EXPECT_TRUE(equal_secretly("abc", "abc"));
    EXPECT_TRUE(equal_secretly("", ""));
    EXPECT_FALSE(equal_secretly("abc", "abd"));
    EXPECT_FALSE(equal_secretly("abc", "abcd"));
}

} // namespace
} // namespace sluice::crypto
