#include "tools/smoke/options.hpp"

#include "common/cli/options.hpp"
#include "common/time/duration_text.hpp"

#include <array>

namespace sluice::smoke {

namespace {

constexpr cli::HelpText k_help{"smoke",
                               "Checks an application and its database after, and while, something is deployed.",
                               "  smoke https://shop.example/health\n"
                               "  smoke during checks.json --html smoke.html --junit smoke.xml -- ./migrate.sh\n"};

// Durations are read after the command line, so that an error names the option.
struct Raw {
    std::string deadline{};
    std::string interval{};
    std::string after{};
    std::string max_outage{};
    std::string max_gap{};
    std::string abort_on_outage{};
};

void add_shared_options(CLI::App& app, Options& options) {
    app.add_option("--junit", options.files.junit, "write a JUnit report to FILE");
    app.add_option("--report", options.files.report, "write the JSON report to FILE");
    app.add_option("--dotenv", options.files.dotenv, "also write SLUICE_SMOKE… lines for CI to FILE");
    app.add_option("--environment", options.environment, "name of the stage in the reports; else CI_ENVIRONMENT_NAME");
    cli::add_common_options(app, options.common);
}

CLI::App* add_verb(CLI::App& app, Options& options, std::string const& name, std::string const& summary) {
    auto* verb = app.add_subcommand(name, summary);
    verb->add_option("checks", options.target, "check file, - for stdin, or a URL")->required();
    verb->fallthrough();
    return verb;
}

void add_verbs(CLI::App& app, Options& options, Raw& raw) {
    app.require_subcommand(0, 1);
    auto* wait = add_verb(app, options, "wait", "repeat the checks until they stay good");
    wait->add_option("--deadline", raw.deadline, "give up after DURATION, in all (5m)");
    wait->add_option("--stable", options.wait.stable, "good rounds in a row that it takes (2)");
    wait->add_option("--interval", raw.interval, "DURATION between two rounds (1s)");
    wait->add_option("--max-flakes", options.wait.max_flakes, "failed attempts that are put up with, in all (any)");
    auto* during = add_verb(app, options, "during", "check while a command runs: smoke during CHECKS -- COMMAND");
    during->add_option("--after", raw.after, "go on for DURATION after the command (5s)");
    during->add_option("--max-failures", options.during.budgets.failures, "failed probes that a check may have");
    during->add_option("--max-outage", raw.max_outage, "longest DURATION that a check may be down");
    during->add_option("--max-gap", raw.max_gap, "longest DURATION between two good answers");
    during->add_option("--abort-on-outage", raw.abort_on_outage, "SIGTERM to the command when a check is down so long");
    during->add_option("--database", options.during.database, "sample this database's locks, lag and writes");
    during->add_option("--timeline", options.files.timeline, "write every probe to FILE, as JSON lines");
    during->add_option("--html", options.files.html, "write the timeline as one HTML page to FILE");
    add_verb(app, options, "lint", "check the check file, nothing else");
    add_verb(app, options, "list", "list the checks of a check file");
    auto* compare = add_verb(app, options, "compare", "ask two databases or two applications the same");
    compare->add_option("--sample", options.sample, "differing rows to show for each query (20)");
}

Verb chosen_verb(CLI::App const& app) {
    constexpr std::array<std::pair<char const*, Verb>, 5> verbs{{{"wait", Verb::wait},
                                                                 {"during", Verb::during},
                                                                 {"lint", Verb::lint},
                                                                 {"list", Verb::list},
                                                                 {"compare", Verb::compare}}};
    for (auto const& [name, verb] : verbs) {
        if (app.got_subcommand(name)) {
            return verb;
        }
    }
    return Verb::check;
}

Result<void> take_duration(std::string const& text, std::string const& option, std::chrono::milliseconds& value) {
    if (text.empty()) {
        return {};
    }
    TRY_ASSIGN(value, time::parse_duration(text).map_error(while_doing("reading " + option)));
    return {};
}

Result<void> take_duration(std::string const& text, std::string const& option,
                           std::optional<std::chrono::milliseconds>& value) {
    std::chrono::milliseconds read{};
    TRY(take_duration(text, option, read));
    value = text.empty() ? value : std::optional(read);
    return {};
}

Result<void> complete(Options& options, Raw const& raw, ci::Environment const& environment) {
    TRY(take_duration(raw.deadline, "--deadline", options.wait.deadline));
    TRY(take_duration(raw.interval, "--interval", options.wait.interval));
    TRY(take_duration(raw.after, "--after", options.during.after));
    TRY(take_duration(raw.max_outage, "--max-outage", options.during.budgets.outage));
    TRY(take_duration(raw.max_gap, "--max-gap", options.during.budgets.gap));
    TRY(take_duration(raw.abort_on_outage, "--abort-on-outage", options.during.abort_on_outage));
    if (options.environment.empty()) {
        options.environment = environment.get("CI_ENVIRONMENT_NAME").value_or("default");
    }
    if (options.target.empty()) {
        return fail(Errc::usage, "nothing to check", "Name a check file or a URL; see 'smoke --help'.");
    }
    if (options.wait.stable == 0U) {
        return fail(Errc::usage, "--stable 0 would end without a single good round", "Write 1 or more.");
    }
    if (options.wait.deadline.count() == 0 || (options.wait.interval && options.wait.interval->count() == 0)) {
        return fail(Errc::usage, "--deadline and --interval must be longer than nothing");
    }
    if ((options.verb == Verb::during) == options.during.command.empty()) {
        return fail(Errc::usage, options.verb == Verb::during ? "no command to run" : "only 'during' takes a command",
                    "Write: smoke during CHECKS.json -- COMMAND ARGUMENT…");
    }
    return {};
}

} // namespace

Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                           ci::Environment const& environment) {
    Options options;
    Raw raw;
    auto parts = cli::split_command(arguments);
    CLI::App app;
    cli::describe(app, k_help);
    app.add_option("checks", options.target, "check file, - for stdin, or a URL whose status shall be 2xx");
    add_shared_options(app, options);
    add_verbs(app, options, raw);
    TRY_ASSIGN(auto const done, cli::parse_arguments(app, parts.ours));
    if (done) {
        return std::variant<Options, cli::ExitCode>{*done};
    }
    options.verb = chosen_verb(app);
    options.during.command = std::move(parts.command);
    TRY(complete(options, raw, environment));
    return std::variant<Options, cli::ExitCode>{std::move(options)};
}

} // namespace sluice::smoke
