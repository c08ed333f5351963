#pragma once

#include "common/ci/environment.hpp"

#include <string>

namespace sluice::ci {

/// What is known of the job that runs us; empty texts where the system does not say.
struct Pipeline {
    std::string system; ///< "gitlab", "jenkins" or "" outside CI
    std::string id;
    std::string url;
    std::string commit;
};

/// Source: GitLab "Predefined CI/CD variables" (CI_PIPELINE_ID, CI_JOB_URL, CI_COMMIT_SHA); Jenkins "Using environment
/// variables" (BUILD_TAG, BUILD_URL) and its git plugin (GIT_COMMIT).
[[nodiscard]] Pipeline pipeline_of(Environment const& environment);

} // namespace sluice::ci
