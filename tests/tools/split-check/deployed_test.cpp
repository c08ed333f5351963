#include "tests/support/fake_runner.hpp"
#include "tools/split-check/deployed.hpp"

#include <gtest/gtest.h>

namespace sluice::test {
namespace {

using split_check::deployed_revision;
using split_check::Git;

std::map<std::string, std::string> job() {
    return {{"CI_API_V4_URL", "https://gitlab.example.org/api/v4"},
            {"CI_PROJECT_ID", "7"},
            {"CI_JOB_TOKEN", "s3cret-t0ken"}};
}

Result<std::string> ask(FakeRunner& runner, std::map<std::string, std::string> variables) {
    ci::Environment const environment(std::move(variables));
    Git const git(runner, "");
    return deployed_revision(*split_check::parse_deployed_source("gitlab-environment:pro duction/1"), runner, git,
                             environment);
}

TEST(DeployedRevision, is_that_of_the_last_successful_deployment) {
    FakeRunner runner;
    runner.when("curl", process::Outcome{0, R"([{"id":9,"sha":"abc123"}])"});
    EXPECT_EQ(*ask(runner, job()), "abc123");
    ASSERT_EQ(runner.calls().size(), 1U);
    auto const& call = runner.calls()[0];
    EXPECT_NE(
        call.input.find("/projects/7/deployments?environment=pro%20duction%2F1&status=success&order_by=id&sort=desc"),
        std::string::npos);
    EXPECT_NE(call.input.find("JOB-TOKEN: s3cret-t0ken"), std::string::npos);
    for (auto const& argument : call.arguments) {
        EXPECT_EQ(argument.find("s3cret"), std::string::npos);
    }
}

TEST(DeployedRevision, that_is_not_told_is_unknown_and_never_a_pass) {
    for (auto const& answer : {R"([])", R"({"message":"404"})", "<html>", R"([{"id":1}])", ""}) {
        FakeRunner runner;
        runner.when("curl", process::Outcome{0, answer});
        auto const got = ask(runner, job());
        ASSERT_FALSE(got) << answer;
        EXPECT_EQ(got.error().kind, Errc::unknown) << answer;
    }
    FakeRunner runner;
    runner.when("curl", process::Outcome{22, "", "curl: (22) The requested URL returned error: 403"});
    auto const got = ask(runner, job());
    EXPECT_EQ(got.error().kind, Errc::unknown);
    EXPECT_NE(got.error().message.find("403"), std::string::npos);
}

TEST(DeployedRevision, needs_the_job_s_variables) {
    for (auto const* name : {"CI_API_V4_URL", "CI_PROJECT_ID", "CI_JOB_TOKEN"}) {
        FakeRunner runner;
        auto variables = job();
        variables.erase(name);
        EXPECT_EQ(ask(runner, variables).error().kind, Errc::unknown);
        EXPECT_TRUE(runner.calls().empty());
    }
}

} // namespace
} // namespace sluice::test
