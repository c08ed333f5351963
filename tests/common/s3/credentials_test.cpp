#include "common/s3/credentials.hpp"

#include "common/s3/credential_sources.hpp"
#include "common/time/timestamp.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/must.hpp"
#include "tests/support/temporary_directory.hpp"

#include <atomic>
#include <gtest/gtest.h>

namespace sluice::s3 {
namespace {

using test::http_answer;
using test::LoopbackServer;
using test::must;
using Variables = std::map<std::string, std::string>;

constexpr char const* k_handed_out = R"({"Code": "Success", "AccessKeyId": "ASIA1", "SecretAccessKey": "s3cret-of-role",
    "Token": "t0ken-of-role", "Expiration": "2026-11-22T01:00:00Z", "Type": "AWS-HMAC"})";

CredentialSource source(Variables variables, time::Clock& clock, Profile profile = {}) {
    variables.emplace("AWS_EC2_METADATA_DISABLED", "true");
    return {ci::Environment(std::move(variables)), std::move(profile), "us-east-1", clock};
}

TEST(S3Credentials, come_from_the_first_place_that_has_them) {
    test::FakeClock clock;
    Profile const profile{{"aws_access_key_id", "AKprofile"}, {"aws_secret_access_key", "sk"}};
    Variables const environment{
        {"AWS_ACCESS_KEY_ID", "AKenv"}, {"AWS_SECRET_ACCESS_KEY", "sk"}, {"AWS_SESSION_TOKEN", "t"}};
    auto const first = must(source(environment, clock, profile).get());
    EXPECT_EQ(first.key.id, "AKenv");
    EXPECT_EQ(first.key.session_token, "t");
    EXPECT_EQ(first.source, "environment");
    auto const second = must(source({}, clock, profile).get());
    EXPECT_EQ(second.key.id, "AKprofile");
    EXPECT_EQ(second.source, "profile 'default'");
}

TEST(S3Credentials, that_are_half_there_or_not_at_all_are_an_error) {
    test::FakeClock clock;
    for (auto const& [variables, said] : std::vector<std::pair<Variables, std::string>>{
             {{}, "no credentials for S3"},
             {{{"AWS_ACCESS_KEY_ID", "AK"}}, "AWS_SECRET_ACCESS_KEY is not"},
             {{{"AWS_SECRET_ACCESS_KEY", "SK"}}, "AWS_ACCESS_KEY_ID is not"},
             {{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/no/such/file"}}, "AWS_ROLE_ARN is not"},
             {{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/no/such/file"}, {"AWS_ROLE_ARN", "arn"}}, "cannot read a token"},
             {{{"SLUICE_WEB_IDENTITY_VARIABLE", "JWT"}, {"AWS_ROLE_ARN", "arn"}}, "'JWT', which is not set"}}) {
        auto const found = source(variables, clock).get();
        ASSERT_FALSE(found) << said;
        EXPECT_EQ(found.error().kind, Errc::usage);
        EXPECT_NE(found.error().message.find(said), std::string::npos) << found.error().message;
    }
}

TEST(S3Credentials, of_a_web_identity_are_asked_for_with_the_token_of_the_job) {
    LoopbackServer const server([](std::string const&, test::Conversation& conversation) {
        conversation.send(http_answer(
            200, "<AssumeRoleWithWebIdentityResponse "
                 "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult>"
                 "<Credentials><AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>sk</SecretAccessKey><SessionToken>st</"
                 "SessionToken>"
                 "<Expiration>2026-11-22T01:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
                 "</AssumeRoleWithWebIdentityResponse>"));
    });
    std::string endpoint = server.url("");
    test::FakeClock clock;
    auto const found = must(source({{"SLUICE_WEB_IDENTITY_VARIABLE", "JWT"},
                                    {"JWT", "ey.a+b/c"},
                                    {"AWS_ROLE_ARN", "arn:aws:iam::1:role/ci"},
                                    {"CI_PROJECT_ID", "7"},
                                    {"CI_PIPELINE_ID", "42"},
                                    {"AWS_ENDPOINT_URL_STS", endpoint}},
                                   clock)
                                .get());
    EXPECT_EQ(found.key.id, "ASIA2");
    EXPECT_EQ(found.key.session_token, "st");
    ASSERT_TRUE(found.expires);
    auto const request = server.requests().at(0);
    for (char const* part : {"Action=AssumeRoleWithWebIdentity", "WebIdentityToken=ey.a%2Bb%2Fc",
                             "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fci", "RoleSessionName=gitlab-7-42"}) {
        EXPECT_NE(request.find(part), std::string::npos) << request;
    }
}

TEST(S3Credentials, of_a_container_are_asked_for_again_before_they_expire) {
    LoopbackServer const server([](std::string const&, test::Conversation& conversation) {
        conversation.send(http_answer(200, k_handed_out));
    });
    test::FakeClock clock; // begins at midnight; the credentials end at one
    auto source_of_container = source({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url("/role")},
                                       {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "let-me-in"}},
                                      clock);
    EXPECT_EQ(must(source_of_container.get()).key.secret, "s3cret-of-role");
    EXPECT_NE(server.requests().at(0).find("let-me-in"), std::string::npos);
    clock.advance(std::chrono::minutes{54});
    must(source_of_container.get());
    EXPECT_EQ(server.requests().size(), 1U);
    clock.advance(std::chrono::minutes{1});
    must(source_of_container.get());
    EXPECT_EQ(server.requests().size(), 2U);
    source_of_container.forget();
    must(source_of_container.get());
    EXPECT_EQ(server.requests().size(), 3U);
}

TEST(S3Credentials, of_a_container_come_from_this_machine_or_over_https_only) {
    test::FakeClock clock;
    auto const found = source({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/role"}}, clock).get();
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().message.find("192.0.2.1 is not among the networks"), std::string::npos)
        << found.error().message;
}

TEST(S3Credentials, of_an_instance_are_asked_for_with_a_session_of_version_2) {
    LoopbackServer const server([](std::string const& request, test::Conversation& conversation) {
        if (request.starts_with("PUT /latest/api/token")) {
            conversation.send(http_answer(200, "session"));
        } else if (request.find("x-aws-ec2-metadata-token: session") == std::string::npos &&
                   request.find("X-aws-ec2-metadata-token: session") == std::string::npos) {
            conversation.send(http_answer(401, ""));
        } else if (request.starts_with("GET /latest/meta-data/iam/security-credentials/ci-role ")) {
            conversation.send(http_answer(200, k_handed_out));
        } else {
            conversation.send(http_answer(200, "ci-role\n"));
        }
    });
    test::FakeClock clock;
    CredentialSource of_instance(
        ci::Environment({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:" + std::to_string(server.port())}}),
        {}, "us-east-1", clock);
    auto const found = must(of_instance.get());
    EXPECT_EQ(found.key.id, "ASIA1");
    EXPECT_EQ(found.source, "instance");
}

TEST(S3Credentials, that_a_server_refuses_or_garbles_are_an_error) {
    std::atomic<int> status{403};
    LoopbackServer const server([&](std::string const&, test::Conversation& conversation) {
        conversation.send(http_answer(status, "{\"AccessKeyId\": 7}"));
    });
    test::FakeClock clock;
    auto of_container = source({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url("/role")}}, clock);
    EXPECT_EQ(of_container.get().error().kind, Errc::denied);
    status = 500;
    EXPECT_EQ(of_container.get().error().kind, Errc::temporary);
    status = 200;
    EXPECT_EQ(of_container.get().error().kind, Errc::denied);
}

TEST(S3Profile, is_read_from_both_files) {
    test::TemporaryDirectory const folder;
    test::write_text(folder.file("credentials"), "[default]\naws_access_key_id = AK\n\n# comment\n[ci]\n"
                                                 "aws_access_key_id=AKci\naws_secret_access_key = s/+=x \n");
    test::write_text(folder.file("config"), "[profile ci]\nRegion = eu-west-1\ns3 =\n  addressing_style = path\n"
                                            "endpoint_url=https://s3.example\n[profile other]\nregion=x\n");
    Variables variables{{"AWS_SHARED_CREDENTIALS_FILE", folder.file("credentials")},
                        {"AWS_CONFIG_FILE", folder.file("config")},
                        {"AWS_PROFILE", "ci"}};
    EXPECT_EQ(must(read_profile(ci::Environment(variables))), (Profile{{"aws_access_key_id", "AKci"},
                                                                       {"aws_secret_access_key", "s/+=x"},
                                                                       {"region", "eu-west-1"},
                                                                       {"s3", ""},
                                                                       {"endpoint_url", "https://s3.example"}}));
    variables["AWS_PROFILE"] = "gone";
    EXPECT_EQ(read_profile(ci::Environment(variables)).error().kind, Errc::usage);
    EXPECT_TRUE(must(read_profile(ci::Environment(Variables{{"HOME", "/nowhere"}}))).empty());
}

} // namespace
} // namespace sluice::s3
