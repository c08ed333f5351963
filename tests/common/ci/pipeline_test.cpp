#include "common/ci/pipeline.hpp"

#include <gtest/gtest.h>

namespace sluice::ci {
namespace {

TEST(Pipeline, is_read_from_gitlab_s_predefined_variables) {
    auto const pipeline = pipeline_of(Environment{{{"GITLAB_CI", "true"},
                                                   {"CI_PIPELINE_ID", "77"},
                                                   {"CI_JOB_URL", "https://gitlab.example/j/9"},
                                                   {"CI_COMMIT_SHA", "abc123"}}});
    EXPECT_EQ(pipeline.system, "gitlab");
    EXPECT_EQ(pipeline.id, "77");
    EXPECT_EQ(pipeline.url, "https://gitlab.example/j/9");
    EXPECT_EQ(pipeline.commit, "abc123");
}

TEST(Pipeline, is_read_from_jenkins_variables) {
    auto const pipeline = pipeline_of(Environment{{{"JENKINS_URL", "https://ci.example/"},
                                                   {"BUILD_TAG", "jenkins-shop-12"},
                                                   {"BUILD_URL", "https://ci.example/job/shop/12/"},
                                                   {"GIT_COMMIT", "def456"}}});
    EXPECT_EQ(pipeline.system, "jenkins");
    EXPECT_EQ(pipeline.id, "jenkins-shop-12");
    EXPECT_EQ(pipeline.url, "https://ci.example/job/shop/12/");
    EXPECT_EQ(pipeline.commit, "def456");
}

TEST(Pipeline, is_empty_outside_ci) {
    auto const pipeline = pipeline_of(Environment{{{"CI_PIPELINE_ID", "77"}, {"HOME", "/root"}}});
    EXPECT_EQ(pipeline.system, "");
    EXPECT_EQ(pipeline.id, "");
}

TEST(Pipeline, leaves_empty_what_the_system_does_not_say) {
    auto const pipeline = pipeline_of(Environment{{{"GITLAB_CI", "true"}}});
    EXPECT_EQ(pipeline.system, "gitlab");
    EXPECT_EQ(pipeline.commit, "");
}

} // namespace
} // namespace sluice::ci
