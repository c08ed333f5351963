#pragma once

#include "common/ci_server/api.hpp"

namespace sluice::ci_server {

struct JenkinsBuild {
    bool building = false;
    std::string result; ///< SUCCESS, UNSTABLE, FAILURE, NOT_BUILT, ABORTED; empty while it runs
    std::optional<time::Wall> started;
    std::vector<std::string> approvers; ///< of its inputs that were answered
    std::vector<std::string> revisions; ///< that its git plugin checked out
};

/// Source: Jenkins "Remote Access API" with tree=; pipeline-input-step's ApproverAction (userId); git plugin's
/// BuildData (lastBuiltRevision.SHA1).
[[nodiscard]] Answer<JenkinsBuild> read_build(Api& api);

/// Ids of the inputs that wait for somebody. Source: pipeline-stage-view, README, "wfapi/pendingInputActions".
[[nodiscard]] Answer<std::vector<std::string>> pending_inputs(Api& api);

/// The id as the server gives it back: with a capital letter. Source: pipeline-stage-view, RunAPI.java.
[[nodiscard]] std::string input_id(std::string written);

} // namespace sluice::ci_server
