#pragma once

#include "common/cli/context.hpp"
#include "tools/smoke/options.hpp"
#include "tools/smoke/prober.hpp"
#include "tools/smoke/record.hpp"

#include <memory>
#include <string>

namespace sluice::smoke {

/// The checks that the target names: a file's, or those of a URL. Remembers secrets of the environment first.
[[nodiscard]] Result<CheckFile> load_target(Options const& options, cli::Context const& context);

/// One verb each. Errors: those of reading and of reports, interrupted.
[[nodiscard]] Result<cli::ExitCode> check_once(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> wait(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> during(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> lint(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> list(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> compare(Options const& options, cli::Context& context);

/// Writes reports and the result of a run that has ended, and says its exit code.
[[nodiscard]] Result<cli::ExitCode> conclude(Options const& options, cli::Context& context, CheckFile const& file,
                                             RunRecord& record, cli::ExitCode verdict);

/// A run of the checks for after a deployment, once or repeatedly. The record points into the file's checks.
struct AfterRun {
    CheckFile file{};
    RunRecord record{};
    std::unique_ptr<Prober> prober{};
};
/// Reads the target, writes the pessimistic reports and makes ready to probe. Errors: usage, also where no check
/// applies.
[[nodiscard]] Result<AfterRun> begin_after_run(std::string const& mode, Options const& options, cli::Context& context);
/// Concludes; a run that a signal ended has its reports too. Errors: the verdict's own, those of reports.
[[nodiscard]] Result<cli::ExitCode> end_after_run(Options const& options, cli::Context& context, AfterRun& run,
                                                  Result<cli::ExitCode> const& verdict);

/// What a check of this record may have to be told of loudly: certificates that are not verified.
void warn_of_insecure(RunRecord const& record);

} // namespace sluice::smoke
