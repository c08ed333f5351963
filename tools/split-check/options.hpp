#pragma once

#include "common/ci/environment.hpp"
#include "common/cli/common_options.hpp"
#include "common/cli/exit_code.hpp"
#include "common/result/result.hpp"
#include "tools/split-check/deployed.hpp"
#include "tools/split-check/range.hpp"
#include "tools/split-check/reports.hpp"

#include <string>
#include <variant>
#include <vector>

namespace sluice::split_check {

enum class Verb { check, plan, lint, explain, init };

/// Files to write beside the result on stdout; empty: none.
struct ReportFiles {
    std::string dotenv{};
    std::string report{};
    std::string code_quality{};
    std::string sarif{};
    std::string junit{};
    std::string child_pipeline{};
};

struct Options {
    cli::CommonOptions common{};
    Verb verb = Verb::check;
    std::string repo{};       ///< empty: here
    std::string config{};     ///< empty: .split-check/config.json where there is one
    std::string files_from{}; ///< "-" or a file; empty: ask git
    RangeRequest range{};
    DeployedSource deployed_from{};
    std::string expect{}; ///< the pipeline that was asked for; empty or auto: any
    bool fetch = false;
    bool recurse = false;
    bool strict = false;
    bool render = false;
    bool mermaid = false;
    bool force = false;
    unsigned postgres_version = 0; ///< 0: as configured
    ReportFiles files{};
    ChildTemplates templates{};
    std::vector<std::string> paths{}; ///< of lint and explain
};

/// Opens nothing. Errors: usage.
[[nodiscard]] Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                                         ci::Environment const& environment);

} // namespace sluice::split_check
