#include "common/ci/pipeline.hpp"

namespace sluice::ci {

Pipeline pipeline_of(Environment const& environment) {
    auto const get = [&](char const* name) { return environment.get(name).value_or(std::string{}); };
    if (environment.get("GITLAB_CI")) {
        return {"gitlab", get("CI_PIPELINE_ID"), get("CI_JOB_URL"), get("CI_COMMIT_SHA")};
    }
    if (environment.get("JENKINS_URL")) {
        return {"jenkins", get("BUILD_TAG"), get("BUILD_URL"), get("GIT_COMMIT")};
    }
    return {};
}

} // namespace sluice::ci
