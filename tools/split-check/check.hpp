#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/split-check/config.hpp"
#include "tools/split-check/options.hpp"
#include "tools/split-check/release.hpp"

namespace sluice::split_check {

/// The verb without a name: judges a release, writes the reports, prints the verdict.
[[nodiscard]] Result<cli::ExitCode> run_check(Options const& options, cli::Context& context);

/// The configuration file, or the defaults where there is none and none was named. Errors: usage.
[[nodiscard]] Result<Config> load_config(Options const& options);

/// Writes the report files that are asked for, each whatever became of the others. Errors: not_found.
[[nodiscard]] Result<void> write_reports(Release const& release, Options const& options);

/// Prints the release and writes all report files. Errors: not_found when a file cannot be written.
[[nodiscard]] Result<void> publish(Release const& release, Options const& options, cli::Context& context);

/// What the render commands print for the migrations they are for; a command that fails leaves its file out and says
/// so in the log. `base` and `head` fill the placeholders.
[[nodiscard]] std::map<std::string, std::string> render_migrations(std::vector<ClassifiedFile> const& files,
                                                                   Config const& config, Range const& range,
                                                                   Options const& options, cli::Context& context);

} // namespace sluice::split_check
