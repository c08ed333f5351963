#include "common/cli/write_file.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "common/postgres/cancel.hpp"
#include "common/process/signals.hpp"
#include "tools/smoke/commands.hpp"
#include "tools/smoke/during_report.hpp"
#include "tools/smoke/during_run.hpp"
#include "tools/smoke/page.hpp"
#include "tools/smoke/reports.hpp"

#include <algorithm>
#include <ostream>

namespace sluice::smoke {

namespace {

// Every due probe starts at once: a queue of ours would be mistaken for one of the server.
constexpr http::OpenLimit k_no_queue{10'000, 10'000};

std::string command_text(std::vector<std::string> const& command) {
    std::string text;
    for (auto const& argument : command) {
        text += (text.empty() ? "" : " ") + argument;
    }
    return log::redact(text);
}

Budgets budgets_of(Budgets const& file, Budgets const& given) {
    return {given.failures ? given.failures : file.failures, given.outage ? given.outage : file.outage,
            given.gap ? given.gap : file.gap};
}

// Everything that is written at the end, in one place, so that the first, pessimistic version is written by the same.
Result<void> write_all(Options const& options, RunRecord const& record, CheckFile const& file, Timeline const& timeline,
                       DuringFindings const& findings, std::optional<int> exit_code) {
    ReportFiles junit_only;
    junit_only.junit = options.files.junit;
    junit_only.dotenv = options.files.dotenv;
    TRY(write_reports(junit_only, record, file, exit_code));
    if (!options.files.report.empty()) {
        auto document = report_json(record, file, exit_code);
        document["during"] = during_json(timeline, findings);
        TRY(cli::write_file(options.files.report, log::redact(json::dump_indented(document)))
                .map_error(while_doing("writing the JSON report")));
    }
    if (!options.files.html.empty()) {
        TRY(cli::write_file(options.files.html, log::redact(page_text(timeline, findings, record, exit_code)))
                .map_error(while_doing("writing the page")));
    }
    return {};
}

int exit_code_of(Timeline const& timeline, RunRecord const& record) {
    if (timeline.command_exit.value_or(0) != 0) {
        return *timeline.command_exit;
    }
    // A command that ends well in spite of our signal was still ended for a reason.
    int const checks = std::max(static_cast<int>(verdict_of(record)), timeline.aborted ? 1 : 0);
    int const signal = process::stop_signal();
    return signal != 0 ? 128 + signal : checks;
}

// All that one run of the verb holds on to.
struct Parts {
    CheckFile file;
    RunRecord record;
    Timeline timeline{};
    DuringFindings findings{};
};

Result<std::unique_ptr<DatabaseSampler>> start_sampler(Options const& options, cli::Context const& context,
                                                       DuringRun const& run) {
    TRY_ASSIGN(auto const database, postgres::resolve_connection(options.during.database, context.environment));
    return DatabaseSampler::start(database, run.origin())
        .map_error(while_doing("connecting to the database to sample; the command was NOT run"));
}

// Why the command was not started, or nothing when it ran.
Result<std::string> probe_around(Options const& options, cli::Context const& context, Parts& parts, DuringRun& run) {
    if (!options.during.database.empty()) {
        TRY_ASSIGN(auto sampler, start_sampler(options, context, run));
        run.sample(std::move(sampler));
    }
    TRY_ASSIGN(bool const green, run.baseline());
    if (!green) {
        run.finish();
        return std::string("already red before the command, which was NOT run");
    }
    TRY(run.run(options.during.command, options.during.after, options.during.abort_on_outage));
    run.finish();
    (void)parts;
    return std::string{};
}

Result<cli::ExitCode> conclude_during(Options const& options, cli::Context& context, Parts& parts, int exit_code) {
    parts.record.ended = context.clock.wall_now();
    log_problems(parts.record, parts.file);
    log::write_text(strip_text(parts.timeline, parts.findings));
    auto written = write_all(options, parts.record, parts.file, parts.timeline, parts.findings, exit_code);
    std::string line =
        summary_line(parts.record) + (parts.timeline.command_exit
                                          ? "; the command ended with " + std::to_string(*parts.timeline.command_exit)
                                          : "; the command was NOT run");
    if (options.common.json) {
        auto document = report_json(parts.record, parts.file, exit_code);
        document["during"] = during_json(parts.timeline, parts.findings);
        line = json::dump(document);
    }
    context.out << log::redact(line) << '\n';
    return with_reports(static_cast<cli::ExitCode>(exit_code), std::move(written));
}

Result<cli::ExitCode> watch(Options const& options, cli::Context& context, Parts& parts) {
    std::vector<Check const*> checks;
    for (auto const& one : parts.record.checks) {
        checks.push_back(one.check);
    }
    TRY_ASSIGN(auto const prober, Prober::create(context.runner, k_no_queue));
    TRY_ASSIGN(auto lines, TimelineFile::create(options.files.timeline, parts.timeline));
    DuringRun run(*prober, parts.timeline, lines, context.clock);
    run.add_lanes(checks);
    // A stop is passed on to the command; probes go on until it has ended.
    postgres::WithoutCancel const without_cancel;
    auto const fatal = probe_around(options, context, parts, run);
    auto const budgets = budgets_of(parts.file.budgets, options.during.budgets);
    parts.findings = examine(parts.timeline, budgets, parts.findings.command);
    parts.findings.fatal = fatal ? *fatal : fatal.error().message;
    fill_record(parts.record, parts.timeline, parts.findings, run.last_bad());
    if (!fatal) {
        (void)write_all(options, parts.record, parts.file, parts.timeline, parts.findings, std::nullopt);
        return tl::unexpected<Error>(fatal.error());
    }
    int code = exit_code_of(parts.timeline, parts.record);
    if (!fatal->empty()) {
        log::warning(*fatal);
        bool const configuration = verdict_of(parts.record) == cli::ExitCode::usage;
        code = static_cast<int>(configuration ? cli::ExitCode::usage : cli::ExitCode::unknown);
    }
    TRY_ASSIGN(auto const verdict, conclude_during(options, context, parts, code));
    return with_reports(verdict, lines.check());
}

} // namespace

Result<cli::ExitCode> during(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto file, load_target(options, context));
    Parts parts{std::move(file), {}};
    parts.record = new_record("during", parts.file, options.environment, context.clock.wall_now());
    parts.findings.command = command_text(options.during.command);
    if (parts.record.checks.empty()) {
        return fail(Errc::usage, "'" + parts.file.name + "' has no check for while a command runs",
                    R"(Give at least one check the phase "during".)");
    }
    parts.timeline.started = parts.record.started;
    TRY(write_all(options, parts.record, parts.file, parts.timeline, parts.findings, std::nullopt));
    warn_of_insecure(parts.record);
    return watch(options, context, parts);
}

} // namespace sluice::smoke
