#pragma once

#include "common/json/forward.hpp"
#include "tools/smoke/options.hpp"
#include "tools/smoke/record.hpp"

#include <string>
#include <string_view>

namespace sluice::smoke {

/// JUnit, one case a check: a wrong answer is a failure, what could not be observed an error, a good answer after bad
/// ones a flakyFailure inside a passing case. Checks without a result are errors. Source: GitLab and Jenkins as read.
[[nodiscard]] std::string junit_text(RunRecord const& record);

/// The summary. `exit_code` is that of the run; nothing stands for one that has not ended.
[[nodiscard]] Json report_json(RunRecord const& record, CheckFile const& file, std::optional<int> exit_code);

/// Writes what was asked for, redacted. Errors: as `cli::write_file`.
[[nodiscard]] Result<void> write_reports(ReportFiles const& files, RunRecord const& record, CheckFile const& file,
                                         std::optional<int> exit_code);

/// The dotenv file alone. Errors: as `cli::write_dotenv`.
[[nodiscard]] Result<void> write_dotenv(ReportFiles const& files, RunRecord const& record,
                                        std::optional<int> exit_code);

/// "pass", "fail" or "unknown" by a run's exit code; "unfinished" for none.
[[nodiscard]] std::string_view verdict_of_code(std::optional<int> exit_code);

/// The same before anything was checked, so that a run that is killed leaves red and not nothing.
[[nodiscard]] Result<void> write_pessimistic_reports(ReportFiles const& files, RunRecord const& record,
                                                     CheckFile const& file);

/// The code of a run whose reports could not be written: a failed run stays what it is, a good one is not done. The
/// error is logged where it is not returned.
[[nodiscard]] Result<cli::ExitCode> with_reports(cli::ExitCode verdict, Result<void> written);

/// Lines for a person on stderr: each check that is not good, with its place in the file.
void log_problems(RunRecord const& record, CheckFile const& file);

/// One line for stdout: "3 checks: 2 passed, 1 failed (orders)".
[[nodiscard]] std::string summary_line(RunRecord const& record);

} // namespace sluice::smoke
