#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <string>
#include <vector>

namespace sluice::gate_wait {

/// What the gate is held for. An approval of something else is none.
struct Subject {
    std::string revision{};
    std::string environment{};
    std::string triggerer{};  ///< who asked for the release; empty where nothing says it
    std::string migrations{}; ///< digest of the migrations; empty where the gate names none
};

/// What the CI system's variables say. Source: GitLab "Predefined CI/CD variables" (CI_COMMIT_SHA, CI_ENVIRONMENT_NAME,
/// GITLAB_USER_LOGIN); Jenkins git plugin (GIT_COMMIT) and build-user-vars plugin (BUILD_USER_ID).
[[nodiscard]] Subject subject_of(ci::Environment const& environment);

/// SHA-256 over the paths and contents of all files below these files and folders, in the order of their paths, hidden
/// ones left out. Errors: usage for a path that is not there or holds no file.
[[nodiscard]] Result<std::string> digest_of_files(std::vector<std::string> const& paths);

} // namespace sluice::gate_wait
