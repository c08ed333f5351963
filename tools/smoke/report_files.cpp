#include "common/cli/dotenv.hpp"
#include "common/cli/write_file.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "tools/smoke/reports.hpp"

namespace sluice::smoke {

namespace {

cli::DotenvLines dotenv_lines(RunRecord const& record, std::optional<int> exit_code) {
    Counts const counts = count(record);
    return {{"SLUICE_SMOKE", std::string(verdict_of_code(exit_code))},
            {"SLUICE_SMOKE_CHECKS", std::to_string(record.checks.size())},
            {"SLUICE_SMOKE_FAILED", std::to_string(counts.failed)},
            {"SLUICE_SMOKE_UNKNOWN", std::to_string(counts.unknown)},
            {"SLUICE_SMOKE_FLAKY", std::to_string(counts.flaky)}};
}

} // namespace

Result<void> write_reports(ReportFiles const& files, RunRecord const& record, CheckFile const& file,
                           std::optional<int> exit_code) {
    if (!files.junit.empty()) {
        TRY(cli::write_file(files.junit, log::redact(junit_text(record)))
                .map_error(while_doing("writing the JUnit report")));
    }
    if (!files.report.empty()) {
        std::string const text = json::dump_indented(report_json(record, file, exit_code));
        TRY(cli::write_file(files.report, log::redact(text)).map_error(while_doing("writing the JSON report")));
    }
    return write_dotenv(files, record, exit_code);
}

Result<void> write_dotenv(ReportFiles const& files, RunRecord const& record, std::optional<int> exit_code) {
    if (files.dotenv.empty()) {
        return {};
    }
    return cli::write_dotenv(files.dotenv, dotenv_lines(record, exit_code))
        .map_error(while_doing("writing the dotenv file"));
}

Result<void> write_pessimistic_reports(ReportFiles const& files, RunRecord const& record, CheckFile const& file) {
    return write_reports(files, record, file, std::nullopt);
}

Result<cli::ExitCode> with_reports(cli::ExitCode verdict, Result<void> written) {
    if (written) {
        return verdict;
    }
    if (verdict == cli::ExitCode::ok) {
        return tl::unexpected<Error>(std::move(written).error());
    }
    log::warning("report not written", {{"why", written.error().message}});
    return verdict;
}

} // namespace sluice::smoke
