#include "common/json/object_reader.hpp"

#include <cstdint>
#include <gtest/gtest.h>

namespace sluice::json {
namespace {

template <class T> Result<T> read(char const* value) {
    Json const object{{"key", Json::parse(value)}};
    ObjectReader reader(object, "");
    T const found = reader.required<T>("key");
    TRY(reader.finish());
    return found;
}

TEST(ObjectReader, reads_each_type) {
    EXPECT_EQ(read<std::string>("\"x\"").value(), "x");
    EXPECT_TRUE(read<bool>("true").value());
    EXPECT_EQ(read<int>("-7").value(), -7);
    EXPECT_EQ(read<unsigned>("7").value(), 7U);
    EXPECT_EQ(read<double>("7").value(), 7.0);
    EXPECT_EQ(read<std::uint64_t>("18446744073709551615").value(), UINT64_MAX);
    EXPECT_EQ(read<std::int64_t>("-9223372036854775808").value(), INT64_MIN);
    EXPECT_EQ(read<std::vector<std::string>>(R"(["a", "b"])").value(), (std::vector<std::string>{"a", "b"}));
}

TEST(ObjectReader, never_converts) {
    EXPECT_FALSE(read<std::string>("7"));
    EXPECT_FALSE(read<std::string>("null"));
    EXPECT_FALSE(read<bool>("1"));
    EXPECT_FALSE(read<int>("1.5"));
    EXPECT_FALSE(read<int>("1.0"));
    EXPECT_FALSE(read<int>("\"1\""));
    EXPECT_FALSE(read<unsigned>("-1"));
    EXPECT_FALSE(read<double>("\"1\""));
    EXPECT_FALSE(read<std::vector<std::string>>("[1]"));
    EXPECT_FALSE(read<std::vector<std::string>>("\"a\""));
}

TEST(ObjectReader, refuses_a_number_that_does_not_fit_the_type) {
    EXPECT_FALSE(read<std::int32_t>("2147483648"));
    EXPECT_FALSE(read<std::int32_t>("-2147483649"));
    EXPECT_FALSE(read<std::uint32_t>("4294967296"));
    EXPECT_FALSE(read<std::int64_t>("9223372036854775808"));
    EXPECT_TRUE(read<std::int32_t>("2147483647"));
    EXPECT_TRUE(read<std::uint32_t>("4294967295"));
}

TEST(ObjectReader, names_the_path_of_a_missing_key) {
    Json const object = Json::object();
    ObjectReader reader(object, "/tables/3");
    EXPECT_EQ(reader.required<std::string>("name"), "");
    auto const outcome = reader.finish();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    EXPECT_EQ(outcome.error().message, "'/tables/3/name' is missing");
}

TEST(ObjectReader, says_which_type_a_key_must_have) {
    auto const outcome = read<std::string>("7");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "'/key' must be a text, not 7");
}

TEST(ObjectReader, says_which_numbers_a_key_may_have) {
    EXPECT_EQ(read<std::uint16_t>("65536").error().message, "'/key' must be a whole number from 0 to 65535, not 65536");
    EXPECT_EQ(read<std::int16_t>("1.5").error().message, "'/key' must be a whole number from -32768 to 32767, not 1.5");
}

TEST(ObjectReader, keeps_the_first_problem) {
    Json const object{{"b", 1}};
    ObjectReader reader(object, "");
    (void)reader.required<int>("a");
    (void)reader.required<std::string>("b");
    EXPECT_EQ(reader.finish().error().message, "'/a' is missing");
}

TEST(ObjectReader, leaves_optional_keys_empty_when_absent_or_null) {
    Json const object{{"b", nullptr}, {"c", 3}, {"d", "x"}};
    ObjectReader reader(object, "");
    EXPECT_FALSE(reader.optional<int>("a"));
    EXPECT_FALSE(reader.optional<int>("b"));
    EXPECT_EQ(reader.optional<int>("c"), 3);
    EXPECT_FALSE(reader.optional<int>("d"));
    EXPECT_EQ(reader.finish().error().message,
              "'/d' must be a whole number from -2147483648 to 2147483647, not string");
}

TEST(ObjectReader, refuses_a_key_that_nobody_asked_for) {
    Json const object{{"name", "x"}, {"joobs", 2}};
    ObjectReader reader(object, "/plan");
    (void)reader.required<std::string>("name");
    (void)reader.optional<int>("jobs");
    auto const outcome = reader.finish();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "unknown key '/plan/joobs'");
    EXPECT_EQ(outcome.error().hint, "did you mean 'jobs'?");
}

TEST(ObjectReader, counts_a_raw_look_as_asked_for) {
    Json const object{{"any", Json::array()}};
    ObjectReader reader(object, "");
    EXPECT_NE(reader.find("any"), nullptr);
    EXPECT_EQ(reader.find("other"), nullptr);
    EXPECT_TRUE(reader.finish());
}

TEST(ObjectReader, refuses_what_is_not_an_object) {
    Json const list = Json::array();
    ObjectReader reader(list, "");
    EXPECT_EQ(reader.required<int>("a"), 0);
    EXPECT_EQ(reader.finish().error().message, "'/' must be an object, not array");
}

} // namespace
} // namespace sluice::json
