#pragma once

#include "common/ci_server/api.hpp"

#include <cstdint>

namespace sluice::ci_server {

struct GitlabJob {
    std::string name;
    std::string status; ///< "manual", "running", "success", …; new ones appear with new versions
    std::string user;   ///< for a manual job that was started: who started it
    std::string sha;    ///< of its pipeline
    std::string url;
    std::optional<time::Wall> started;
};

struct GitlabApproval {
    std::string user;
    std::string status; ///< "approved", "rejected"
    std::string comment;
    std::optional<time::Wall> at;
};

struct GitlabDeployment {
    std::int64_t id = 0;
    std::string status; ///< created, running, success, failed, canceled, blocked, …
    std::string sha;
    std::string environment;
    /// Both are absent on the free tier, which is not the same as "none pending".
    std::optional<std::int64_t> pending_approvals;
    std::optional<std::vector<GitlabApproval>> approvals;
};

struct GitlabFreezePeriod {
    std::string start;
    std::string end;
    std::string zone;
};

/// The newest job of that name in a pipeline; nothing where there is none. Source: GitLab "Jobs API", list pipeline
/// jobs: newest first, earlier attempts left out.
[[nodiscard]] Answer<std::optional<GitlabJob>> find_job(Api& api, std::string const& project,
                                                        std::string const& pipeline, std::string const& name);

/// The newest deployment of that revision to that environment, with its approvals; nothing where there is none. Source:
/// GitLab "Deployments API".
[[nodiscard]] Answer<std::optional<GitlabDeployment>>
find_deployment(Api& api, std::string const& project, std::string const& environment, std::string const& sha);

/// Source: GitLab "Freeze Periods API".
[[nodiscard]] Answer<std::vector<GitlabFreezePeriod>> freeze_periods(Api& api, std::string const& project);

} // namespace sluice::ci_server
