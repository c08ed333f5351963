#include "tools/split-check/options.hpp"

#include "common/cli/options.hpp"

#include "common/cli/version.hpp"
#include "tools/split-check/config.hpp"
#include "tools/split-check/sql_parse.hpp"

#include <algorithm>
#include <array>

namespace sluice::split_check {

namespace {

constexpr cli::HelpText k_help{
    "split-check", "Says whether a release holds code, migrations or both, and whether its migrations are safe.",
    "  split-check --deployed-from gitlab-environment:production --dotenv split.env --codequality split.json\n"
    "  split-check plan v41..HEAD\n"};

// Words that stand between parsing and checking.
struct Raw {
    std::string deployed_from{};
    std::string plan_range{};
};

void add_range_options(CLI::App& app, Options& options, Raw& raw) {
    app.add_option("--range", options.range.range, "compare BASE..HEAD, or BASE...HEAD from their common ancestor");
    app.add_option("--deployed", options.range.deployed, "the revision that runs now, compared with HEAD");
    app.add_option("--deployed-from", raw.deployed_from, "ask: gitlab-environment:NAME or tag:PATTERN");
    app.add_option("--files-from", options.files_from, "read changed files from FILE or - instead of asking git");
    app.add_flag("--initial", options.range.initial, "the very first release: code and migrations may come together");
    app.add_flag("--fetch", options.fetch, "fetch what a shallow clone lacks");
    app.add_flag("--recurse", options.recurse, "look into submodules that were moved");
}

void add_report_options(CLI::App& app, Options& options) {
    app.add_option("--dotenv", options.files.dotenv, "write SLUICE_SPLIT_… lines to FILE");
    app.add_option("--report", options.files.report, "write the JSON report to FILE");
    app.add_option("--codequality", options.files.code_quality, "write a GitLab Code Quality report to FILE");
    app.add_option("--sarif", options.files.sarif, "write a SARIF 2.1.0 report to FILE");
    app.add_option("--junit", options.files.junit, "write a JUnit report to FILE");
    app.add_option("--child-pipeline", options.files.child_pipeline, "write a GitLab child pipeline to FILE");
    app.add_option("--code-template", options.templates.code, "what the child pipeline includes for code");
    app.add_option("--migrations-template", options.templates.migrations, "and for migrations");
}

void add_judging_options(CLI::App& app, Options& options) {
    app.add_option("--repo", options.repo, "the repository; else the current folder's");
    app.add_option("--config", options.config, "instead of .split-check/config.json");
    app.add_option("--postgres-version", options.postgres_version, "major version that the migrations run on");
    app.add_flag("--render", options.render, "run the configured render commands");
    app.add_option("--expect", options.expect, "code or migrations: refuse a release that is for the other; auto: any")
        ->type_name("PIPELINE")
        ->check(CLI::IsMember({"auto", "code", "migrations"}));
    app.add_flag("--strict", options.strict, "exit 12 when something is unknown");
}

void add_verbs(CLI::App& app, Options& options, Raw& raw) {
    app.require_subcommand(0, 1);
    auto* plan = app.add_subcommand("plan", "cut a range into pure steps and check every state between them");
    plan->add_option("range", raw.plan_range, "DEPLOYED..CANDIDATE")->required();
    plan->add_flag("--mermaid", options.mermaid, "print a Mermaid picture");
    auto* lint = app.add_subcommand("lint", "judge migration files, whoever wrote them");
    lint->add_option("files", options.paths, "files, or - for SQL on stdin")->required();
    auto* explain = app.add_subcommand("explain", "say which rule decides a path's class");
    explain->add_option("path", options.paths, "paths in the repository")->required();
    auto* init = app.add_subcommand("init", "find the migration tools in use and write .split-check/config.json");
    init->add_flag("--force", options.force, "overwrite the file");
    for (auto* verb : {plan, lint, explain, init}) {
        verb->fallthrough();
    }
}

Verb chosen_verb(CLI::App const& app) {
    constexpr std::array<std::pair<char const*, Verb>, 4> verbs{
        {{"plan", Verb::plan}, {"lint", Verb::lint}, {"explain", Verb::explain}, {"init", Verb::init}}};
    for (auto const& [name, verb] : verbs) {
        if (app.got_subcommand(name)) {
            return verb;
        }
    }
    return Verb::check;
}

Result<void> check_one_base(Options const& options, Raw const& raw) {
    int const given = (options.range.range.empty() ? 0 : 1) + (options.range.deployed.empty() ? 0 : 1) +
                      (raw.deployed_from.empty() ? 0 : 1) + (options.files_from.empty() ? 0 : 1) +
                      (options.range.initial ? 1 : 0);
    if (given > 1) {
        return fail(Errc::usage, "--range, --deployed, --deployed-from, --files-from and --initial exclude each other");
    }
    return {};
}

// What a job's unset variable leaves behind would otherwise read as an option that was not given.
Result<void> check_not_empty(CLI::App const& app) {
    for (auto const* option : app.get_options()) {
        auto const& values = option->results();
        if (std::find(values.begin(), values.end(), "") != values.end()) {
            return fail(Errc::usage, "'" + option->get_name() + "' is given without a value",
                        "Is the variable set that stands behind it?");
        }
    }
    for (auto const* verb : app.get_subcommands()) {
        TRY(check_not_empty(*verb));
    }
    return {};
}

Result<void> check_reports(Options const& options) {
    auto const& files = options.files;
    bool const reports = !(files.dotenv + files.report + files.code_quality + files.sarif + files.junit).empty();
    if (reports && options.verb != Verb::check && options.verb != Verb::lint) {
        return fail(Errc::usage, "only the check and 'lint' write reports", "Use --json.");
    }
    if (options.mermaid && options.common.json) {
        return fail(Errc::usage, "--mermaid and --json exclude each other");
    }
    return {};
}

Result<void> check_expected(Options const& options) {
    if (!options.expect.empty() && (options.verb != Verb::check || options.range.initial)) {
        return fail(Errc::usage, "--expect is for the check of a release alone, and not for the first");
    }
    return {};
}

Result<void> check_version(Options const& options) {
    unsigned const version = options.postgres_version;
    if (version != 0 && (version < k_oldest_postgres || version > k_newest_postgres)) {
        return fail(Errc::usage, "'--postgres-version " + std::to_string(version) + "' is no major version",
                    "Write it as 15.");
    }
    return {};
}

// A range is named once; the verbs that need none take none.
Result<void> check_verb(Options const& options, Raw const& raw) {
    bool const ranged = !options.range.range.empty() || !options.range.deployed.empty() || !raw.deployed_from.empty() ||
                        !options.files_from.empty() || options.range.initial;
    if (options.verb != Verb::check && ranged) {
        return fail(Errc::usage,
                    "--range, --deployed, --deployed-from, --files-from and --initial are for the check alone",
                    options.verb == Verb::plan ? "Write the range behind the verb: split-check plan v41..HEAD." : "");
    }
    return {};
}

Result<void> check_child(Options const& options) {
    bool const both = !options.templates.code.empty() && !options.templates.migrations.empty();
    bool const none = options.templates.code.empty() && options.templates.migrations.empty();
    if (!options.files.child_pipeline.empty() && options.verb != Verb::check) {
        return fail(Errc::usage, "only the check writes a child pipeline");
    }
    if (options.files.child_pipeline.empty() ? !none : !both) {
        return fail(Errc::usage, "--child-pipeline, --code-template and --migrations-template belong together");
    }
    return {};
}

Result<void> complete(Options& options, Raw const& raw) {
    TRY(check_one_base(options, raw));
    TRY(check_verb(options, raw));
    TRY(check_reports(options));
    TRY(check_expected(options));
    TRY(check_version(options));
    TRY(check_child(options));
    if (!raw.deployed_from.empty()) {
        TRY_ASSIGN(options.deployed_from, parse_deployed_source(raw.deployed_from));
    }
    if (options.verb == Verb::plan) {
        options.range.range = raw.plan_range;
    }
    return {};
}

} // namespace

Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                           ci::Environment const& environment) {
    (void)environment;
    Options options;
    Raw raw;
    CLI::App app;
    cli::describe(app, k_help);
    app.set_version_flag("--version", std::string(k_help.name) + " " + std::string(cli::k_version) + "\ngrammar of " +
                                          grammar_version());
    add_range_options(app, options, raw);
    add_report_options(app, options);
    add_judging_options(app, options);
    cli::add_common_options(app, options.common);
    add_verbs(app, options, raw);
    TRY_ASSIGN(auto const done, cli::parse_arguments(app, arguments));
    if (done) {
        return std::variant<Options, cli::ExitCode>{*done};
    }
    options.verb = chosen_verb(app);
    TRY(check_not_empty(app));
    TRY(complete(options, raw));
    return std::variant<Options, cli::ExitCode>{std::move(options)};
}

} // namespace sluice::split_check
