#include "common/s3/signature.hpp"

#include "common/crypto/digest.hpp"
#include "common/time/timestamp.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::s3 {
namespace {

using test::must;

constexpr char const* k_empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string signature_of(Unsigned const& request, AccessKey const& key, Scope const& scope, std::string const& when) {
    std::string const authorization = sign(request, key, scope, must(time::parse_timestamp(when))).back().second;
    return authorization.substr(authorization.rfind('=') + 1);
}

// Amazon S3's API reference, "Signature calculations: examples", with the keys that it prints.
TEST(S3Signature, matches_the_examples_of_amazons_api_reference) {
    AccessKey const key{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {}};
    std::string const host = "examplebucket.s3.amazonaws.com";
    struct Case {
        Unsigned request;
        char const* signature;
    };
    for (auto const& [request, signature] :
         std::vector<Case>{{{"GET", host, "/test.txt", {}, {{"Range", "bytes=0-9"}}, k_empty},
                            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
                           {{"PUT",
                             host,
                             "/test%24file.text",
                             {},
                             {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                             crypto::sha256_hex("Welcome to Amazon S3.")},
                            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
                           {{"GET", host, "/", {{"lifecycle", ""}}, {}, k_empty},
                            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
                           {{"GET", host, "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}, k_empty},
                            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"}}) {
        EXPECT_EQ(signature_of(request, key, {"us-east-1", "s3"}, "2013-05-24T00:00:00Z"), signature) << request.path;
    }
}

// AWS's signature version 4 test suite: get-vanilla, get-vanilla-query-order-key-case, get-header-value-trim.
TEST(S3Signature, matches_the_published_test_suite) {
    AccessKey const key{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}};
    std::string const host = "example.amazonaws.com";
    struct Case {
        Unsigned request;
        char const* signature;
    };
    for (auto const& [request, signature] : std::vector<Case>{
             {{"GET", host, "/", {}, {}, k_empty}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
             {{"GET", host, "/", {{"Param2", "value2"}, {"Param1", "value1"}}, {}, k_empty},
              "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
             {{"GET", host, "/", {}, {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}, k_empty},
              "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
             {{"POST", host, "/", {}, {}, k_empty},
              "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"}}) {
        EXPECT_EQ(signature_of(request, key, {"us-east-1", "service"}, "2015-08-30T12:36:00Z"), signature);
    }
}

TEST(S3Signature, says_what_was_signed_and_hides_no_token) {
    auto const headers = sign({"PUT", "h:1", "/b/k", {}, {{"Content-Type", "x"}}, "abc"}, {"AK", "SK", "TOKEN"},
                              {"r", "s3"}, must(time::parse_timestamp("2026-11-22T01:02:03Z")));
    ASSERT_EQ(headers.size(), 4U);
    EXPECT_EQ(headers[0], (std::pair<std::string, std::string>{"x-amz-date", "20261122T010203Z"}));
    EXPECT_EQ(headers[1], (std::pair<std::string, std::string>{"x-amz-content-sha256", "abc"}));
    EXPECT_EQ(headers[2], (std::pair<std::string, std::string>{"x-amz-security-token", "TOKEN"}));
    EXPECT_TRUE(headers[3].second.starts_with(
        "AWS4-HMAC-SHA256 Credential=AK/20261122/r/s3/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature="))
        << headers[3].second;
    EXPECT_EQ(headers[3].second.find("SK"), std::string::npos);
}

TEST(S3Signature, encodes_each_byte_once) {
    EXPECT_EQ(encoded_path("/a b/+~*é=&%20/@:,()'!$"), "/a%20b/%2B~%2A%C3%A9%3D%26%2520/%40%3A%2C%28%29%27%21%24");
    EXPECT_EQ(encoded_query({{"prefix", "a/b+c"}, {"list-type", "2"}, {"delimiter", ""}}),
              "delimiter=&list-type=2&prefix=a%2Fb%2Bc");
}

} // namespace
} // namespace sluice::s3
