#include "common/cli/write_file.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "tools/smoke/reports.hpp"

namespace sluice::smoke {

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
    return {};
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
