#pragma once

#include "common/cli/dotenv.hpp"
#include "common/result/result.hpp"
#include "tools/split-check/release.hpp"

#include <string>

namespace sluice::split_check {

/// What a person reads: the verdict in one line, the two lists of files, the findings, what to do next.
[[nodiscard]] std::string text_report(Release const& release, bool strict);

/// Format: schema/report.schema.json.
[[nodiscard]] std::string json_report(Release const& release, bool strict);

/// At most ten lines of SLUICE_SPLIT_…=value. Source: GitLab "dotenv report" (5 KB, 20 variables).
[[nodiscard]] cli::DotenvLines dotenv_lines(Release const& release, bool strict);

/// Source: GitLab "Code Quality", "Import Code Quality results".
[[nodiscard]] std::string code_quality_report(Release const& release);

/// Source: OASIS SARIF 2.1.0.
[[nodiscard]] std::string sarif_report(Release const& release);

/// One test suite with one case per kind of verdict, read by GitLab and Jenkins.
[[nodiscard]] std::string junit_report(Release const& release, bool strict);

/// The templates that a child pipeline includes.
struct ChildTemplates {
    std::string code{};
    std::string migrations{};
};

/// A GitLab pipeline that includes the template of the release's kind. There is always a job in it, since GitLab
/// refuses a child pipeline without one.
[[nodiscard]] std::string child_pipeline(Release const& release, ChildTemplates const& templates, bool strict);

/// Stays the same when a finding's line moves: rule, path, statement, and which of several alike.
[[nodiscard]] std::vector<std::string> fingerprints(std::vector<Finding> const& findings);

/// Written under another name beside it, synced, and renamed. Errors: not_found, with the reason.
[[nodiscard]] Result<void> write_whole(std::string const& path, std::string const& text);

} // namespace sluice::split_check
