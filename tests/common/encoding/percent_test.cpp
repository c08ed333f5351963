#include "common/encoding/percent.hpp"

#include <gtest/gtest.h>

namespace sluice::encoding {
namespace {

TEST(PercentEncoding, keeps_what_is_unreserved_and_nothing_else) {
    EXPECT_EQ(percent_encoded("group/shop"), "group%2Fshop");
    EXPECT_EQ(percent_encoded("a b&c=d?e#f%"), "a%20b%26c%3Dd%3Fe%23f%25");
    EXPECT_EQ(percent_encoded("A-z_0.9~"), "A-z_0.9~");
    EXPECT_EQ(percent_encoded("\xc3\xa9"), "%C3%A9");
    EXPECT_EQ(percent_encoded(std::string_view("\0\xff", 2)), "%00%FF");
    EXPECT_EQ(percent_encoded(""), "");
}

TEST(PercentEncoding, keeps_further_characters_and_writes_small_digits_where_asked) {
    EXPECT_EQ(percent_encoded("a/b c", "/"), "a/b%20c");
    EXPECT_EQ(percent_encoded("a/b", "", k_lower_case_hex), "a%2fb");
}

} // namespace
} // namespace sluice::encoding
