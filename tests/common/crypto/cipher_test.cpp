#include "common/crypto/cipher.hpp"

#include "common/crypto/digest.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::crypto {
namespace {

using test::must;

std::string bytes(char const* digits) { return from_hex(digits).value(); }

// Test cases 13 and 14 of McGrew and Viega, "The Galois/Counter Mode of Operation": key and nonce are all zeros.
TEST(SealOnce, gives_the_examples_of_the_mode_s_authors) {
    std::string const key(k_key_bytes, '\0');
    EXPECT_EQ(hex(must(seal_once(key, "", ""))), "530f8afbc74536b9a963b4f1c4cb738b");
    EXPECT_EQ(hex(must(seal_once(key, "", std::string(16, '\0')))),
              "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(SealOnce, is_opened_by_the_same_key_and_context_alone) {
    std::string const key = must(random_key());
    std::string const sealed = must(seal_behind("head", key, "name", "plain"));
    ASSERT_TRUE(sealed.starts_with("head"));
    std::string const body = sealed.substr(4);
    EXPECT_EQ(open_sealed(key, "name", body), "plain");
    EXPECT_EQ(open_sealed(must(random_key()), "name", body), std::nullopt);
    EXPECT_EQ(open_sealed(key, "other", body), std::nullopt);
    EXPECT_EQ(open_sealed(key, "name", body.substr(1)), std::nullopt);
    EXPECT_EQ(open_sealed(key, "name", body.substr(0, 15)), std::nullopt);
    EXPECT_EQ(open_sealed(key, "name", ""), std::nullopt);
    EXPECT_EQ(open_sealed("short", "name", body), std::nullopt);
    EXPECT_FALSE(seal_once("short", "name", "plain"));
}

TEST(DeriveKey, gives_the_first_example_of_rfc_5869) {
    EXPECT_EQ(hex(must(derive_key(std::string(22, '\x0b'), bytes("000102030405060708090a0b0c"),
                                  bytes("f0f1f2f3f4f5f6f7f8f9")))),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(RandomKey, is_another_one_each_time) { EXPECT_NE(must(random_key()), must(random_key())); }

TEST(SharedSecret, is_the_example_of_rfc_7748) {
    std::string const bob = bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    EXPECT_EQ(hex(must(public_key(bob))), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    EXPECT_EQ(hex(must(shared_secret(bob, bytes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")))),
              "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(SharedSecret, refuses_points_that_make_every_secret_the_same) {
    std::string const bob = must(random_key());
    EXPECT_FALSE(shared_secret(bob, std::string(k_key_bytes, '\0')));
    EXPECT_FALSE(shared_secret(bob, "short"));
    EXPECT_FALSE(shared_secret(bob, ""));
}

} // namespace
} // namespace sluice::crypto
