#include "common/config/secrets.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "common/process/signals.hpp"
#include "tools/smoke/check_file.hpp"
#include "tools/smoke/commands.hpp"
#include "tools/smoke/reports.hpp"
#include "tools/smoke/round.hpp"

#include <ostream>

namespace sluice::smoke {

Result<CheckFile> load_target(Options const& options, cli::Context const& context) {
    config::remember_secrets_of(context.environment);
    if (options.target.starts_with("http://") || options.target.starts_with("https://")) {
        return check_of_url(options.target);
    }
    TRY_ASSIGN(auto file, load_check_file(options.target, context.environment));
    return file;
}

void warn_of_insecure(RunRecord const& record) {
    for (auto const& one : record.checks) {
        auto const* http = std::get_if<HttpCheck>(&one.check->probe);
        if (http != nullptr && !http->request.tls.verify) {
            log::warning("certificate NOT verified", {{"check", one.check->id}});
        }
    }
}

Result<cli::ExitCode> conclude(Options const& options, cli::Context& context, CheckFile const& file, RunRecord& record,
                               cli::ExitCode verdict) {
    record.ended = context.clock.wall_now();
    log_problems(record, file);
    int const code = static_cast<int>(verdict);
    auto written = write_reports(options.files, record, file, code);
    std::string const result = options.common.json ? json::dump(report_json(record, file, code)) : summary_line(record);
    context.out << log::redact(result) << '\n';
    return with_reports(verdict, std::move(written));
}

Result<AfterRun> begin_after_run(std::string const& mode, Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto file, load_target(options, context));
    AfterRun run{std::move(file), {}, {}};
    run.record = new_record(mode, run.file, options.environment, context.clock.wall_now());
    if (run.record.checks.empty()) {
        return fail(Errc::usage, "'" + run.file.name + "' has no check for after a deployment",
                    R"(Give at least one check the phase "after".)");
    }
    TRY(write_pessimistic_reports(options.files, run.record, run.file));
    warn_of_insecure(run.record);
    TRY_ASSIGN(run.prober, Prober::create(context.runner, {}));
    return run;
}

Result<cli::ExitCode> end_after_run(Options const& options, cli::Context& context, AfterRun& run,
                                    Result<cli::ExitCode> const& verdict) {
    auto const code = verdict.value_or(cli::ExitCode{128 + process::stop_signal()});
    TRY_ASSIGN(auto const concluded, conclude(options, context, run.file, run.record, code));
    return verdict ? Result<cli::ExitCode>(concluded) : verdict;
}

Result<cli::ExitCode> check_once(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto run, begin_after_run("run", options, context));
    auto const round = run_round(*run.prober, run.record, context.clock);
    return end_after_run(options, context, run, round.map([&] { return verdict_of(run.record); }));
}

} // namespace sluice::smoke
