#pragma once

#include "common/ci/environment.hpp"
#include "common/process/runner.hpp"
#include "common/result/result.hpp"
#include "tools/split-check/git.hpp"

#include <string>

namespace sluice::split_check {

/// Where the deployed revision is asked for: "gitlab-environment:NAME" or "tag:PATTERN".
struct DeployedSource {
    enum class Kind { none, gitlab_environment, tag } kind = Kind::none;
    std::string name{};
};

/// Errors: usage for another form.
[[nodiscard]] Result<DeployedSource> parse_deployed_source(std::string const& text);

/// The revision of the last successful deployment. GitLab is asked by curl, a process of its own, so that this program
/// links no HTTP library; the token goes through its standard input and never into its arguments.
/// Errors: unknown (no deployment, no answer, no right to look), with what to do.
/// Source: GitLab "Deployments API", list project deployments.
[[nodiscard]] Result<std::string> deployed_revision(DeployedSource const& source, process::Runner& runner,
                                                    Git const& git, ci::Environment const& environment);

} // namespace sluice::split_check
