#include "common/s3/location.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::s3 {
namespace {

using test::must;
using Variables = std::map<std::string, std::string>;

TEST(S3Location, follows_location_environment_and_profile_in_this_order) {
    struct Case {
        std::string text;
        Variables variables;
        std::string scheme, host, path, region;
    };
    for (auto const& one : std::vector<Case>{
             {"s3://shop-backups/db", {}, "https", "shop-backups.s3.us-east-1.amazonaws.com", "/db/k", "us-east-1"},
             {"s3://shop-backups",
              {{"AWS_REGION", "eu-west-1"}},
              "https",
              "shop-backups.s3.eu-west-1.amazonaws.com",
              "/k",
              "eu-west-1"},
             {"s3://shop-backups/",
              {{"AWS_DEFAULT_REGION", "eu-west-1"}},
              "https",
              "shop-backups.s3.eu-west-1.amazonaws.com",
              "/k",
              "eu-west-1"},
             {"s3://shop.backups/a/b/", {}, "https", "s3.us-east-1.amazonaws.com", "/shop.backups/a/b/k", "us-east-1"},
             {"s3://bkt/p?endpoint=https://s3.example:9000&region=here",
              {{"AWS_REGION", "there"}},
              "https",
              "s3.example:9000",
              "/bkt/p/k",
              "here"},
             {"s3://bkt/p?endpoint=https://s3.example&addressing=virtual",
              {},
              "https",
              "bkt.s3.example",
              "/p/k",
              "us-east-1"},
             {"s3://bkt?addressing=path", {{"AWS_REGION", "x"}}, "https", "s3.x.amazonaws.com", "/bkt/k", "x"},
             {"s3://bkt",
              {{"AWS_ENDPOINT_URL", "http://127.0.0.1:8407/"}},
              "http",
              "127.0.0.1:8407",
              "/bkt/k",
              "us-east-1"},
             {"s3://bkt",
              {{"AWS_ENDPOINT_URL", "https://a"}, {"AWS_ENDPOINT_URL_S3", "https://b"}},
              "https",
              "b",
              "/bkt/k",
              "us-east-1"}}) {
        auto const location = must(parse_location(one.text, ci::Environment(one.variables)));
        EXPECT_EQ(location.scheme(), one.scheme) << one.text;
        EXPECT_EQ(location.host(), one.host) << one.text;
        EXPECT_EQ(location.path_of("k"), one.path) << one.text;
        EXPECT_EQ(location.region, one.region) << one.text;
    }
    auto const profiled = must(parse_location("s3://bkt", ci::Environment{}, "eu-north-1", "https://of.profile"));
    EXPECT_EQ(profiled.host(), "of.profile");
    EXPECT_EQ(profiled.region, "eu-north-1");
    EXPECT_EQ(profiled.path_of(""), "/bkt/");
}

TEST(S3Location, moves_to_the_region_that_a_bucket_is_in) {
    auto const moved = must(parse_location("s3://bkt/p", ci::Environment{})).in_region("eu-west-1");
    EXPECT_EQ(moved.host(), "bkt.s3.eu-west-1.amazonaws.com");
    auto const own = must(parse_location("s3://bkt?endpoint=https://s3.example", ci::Environment{})).in_region("r2");
    EXPECT_EQ(own.host(), "s3.example");
    EXPECT_EQ(own.region, "r2");
}

TEST(S3Location, says_how_long_a_failing_server_is_asked_again) {
    EXPECT_EQ(must(parse_location("s3://bkt/p", ci::Environment{})).patience, std::nullopt);
    EXPECT_EQ(must(parse_location("s3://bkt/p?patience=1m30s", ci::Environment{})).patience, std::chrono::seconds{90});
}

TEST(S3Location, refuses_what_it_does_not_understand) {
    for (auto const& [text, said] :
         std::map<std::string, std::string>{{"s3://", "names no bucket"},
                                            {"s3:///prefix", "names no bucket"},
                                            {"s3://UPPER/p", "names no bucket"},
                                            {"s3://a/p", "names no bucket"},
                                            {"/backups", "is no S3 location"},
                                            {"s3://bkt/p?endpiont=https://x", "no parameter 'endpiont'"},
                                            {"s3://bkt/p?addressing=dns", "'addressing' has no value 'dns'"},
                                            {"s3://bkt/p?patience=soon", "soon"},
                                            {"s3://bkt/p?patience=10", "10"},
                                            {"s3://bkt/p?patience=500ms", "too short"},
                                            {"s3://bkt/p?endpoint=s3.example", "is no endpoint"},
                                            {"s3://bkt/p?endpoint=https://", "is no endpoint"},
                                            {"s3://bkt/p?endpoint=https://u:p@x", "is no endpoint"},
                                            {"s3://bkt/p?endpoint=https://x/y", "is no endpoint"},
                                            {"s3://bkt/p?endpoint=http://s3.example", "in the clear"},
                                            {"s3://bkt/p?endpoint=http://127.evil.example", "in the clear"}}) {
        auto const location = parse_location(text, ci::Environment{});
        ASSERT_FALSE(location) << text;
        EXPECT_EQ(location.error().kind, Errc::usage) << text;
        EXPECT_NE(location.error().message.find(said), std::string::npos) << location.error().message;
    }
}

} // namespace
} // namespace sluice::s3
