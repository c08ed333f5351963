#include "common/snapshot/digest.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace sluice::snapshot {
namespace {

// FIPS 180-4, the examples for SHA-256 of one and of two blocks, and of no bytes.
TEST(Sha256Hex, gives_the_standard_s_example_values) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Hex, counts_zero_bytes) { EXPECT_NE(sha256_hex(std::string(1, '\0')), sha256_hex("")); }

TEST(Sha256, takes_bytes_in_pieces) {
    Sha256 sum;
    for (int i = 0; i < 1000; ++i) {
        sum.add(std::string(1000, 'a'));
    }
    EXPECT_EQ(sum.hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    EXPECT_EQ(Sha256().hex(), sha256_hex(""));
}

std::string hash_of(std::vector<std::string> const& rows) {
    RowHash hash;
    for (auto const& row : rows) {
        hash.add(row);
    }
    return hash.hex();
}

TEST(RowHash, is_all_zero_for_no_rows) { EXPECT_EQ(hash_of({}), std::string(32, '0')); }

// XXH3-128 of no bytes with seed 0, from the reference implementation's test vectors.
TEST(RowHash, is_xxh3_for_one_row) { EXPECT_EQ(hash_of({""}), "99aa06d3014798d86001c324468d497f"); }

TEST(RowHash, does_not_depend_on_the_order_of_rows) {
    EXPECT_EQ(hash_of({"a\n", "b\n", "c\n"}), hash_of({"c\n", "a\n", "b\n"}));
}

TEST(RowHash, differs_when_a_row_is_there_twice) {
    // A sum modulo 2 would lose pairs.
    EXPECT_NE(hash_of({"a\n", "a\n"}), hash_of({}));
    EXPECT_NE(hash_of({"a\n", "a\n", "b\n"}), hash_of({"b\n"}));
}

TEST(RowHash, differs_when_bytes_move_between_rows) {
    EXPECT_NE(hash_of({"ab\n", "c\n"}), hash_of({"a\n", "bc\n"}));
    EXPECT_NE(hash_of({"a\tb\n", "c\td\n"}), hash_of({"a\td\n", "c\tb\n"}));
}

TEST(RowHash, comes_back_from_its_text) {
    RowHash hash;
    hash.add("a\n");
    auto back = RowHash::from_hex(hash.hex());
    ASSERT_TRUE(back);
    hash.add("b\n");
    back->add("b\n");
    EXPECT_EQ(back->hex(), hash.hex());
    EXPECT_EQ(RowHash::from_hex("ffffffffffffffff0000000000000001")->hex(), "ffffffffffffffff0000000000000001");
}

TEST(RowHash, is_not_read_from_another_text) {
    for (char const* text : {"", "12", "00000000000000000000000000000g00", "0000000000000000 000000000000000",
                             "000000000000000000000000000000000"}) {
        EXPECT_FALSE(RowHash::from_hex(text)) << text;
    }
}

TEST(RowHash, is_the_same_however_the_rows_were_shared_out) {
    std::string expected;
    RowHash all;
    RowHash first;
    RowHash second;
    for (int i = 0; i < 1000; ++i) {
        std::string const row = "row " + std::to_string(i) + "\n";
        all.add(row);
        (i % 3 == 0 ? first : second).add(row);
    }
    second.merge(first);
    EXPECT_EQ(second.hex(), all.hex());
}

} // namespace
} // namespace sluice::snapshot
