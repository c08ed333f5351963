#include "tools/db-restore-or-init/options.hpp"

#include "common/cli/options.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/time/duration_text.hpp"
#include "tools/db-restore-or-init/markers.hpp"

#include <algorithm>
#include <regex>
#include <thread>

namespace sluice::db_restore {

namespace {

constexpr cli::HelpText k_help{
    "db-restore-or-init",
    "Give a stage its database: production's data, else a snapshot, else, by policy, an empty one or a stop.",
    "  db-restore-or-init --target env:ACCEPTANCE_URL --stage acceptance --store /backups --name shop\n"
    "  db-restore-or-init --target env:UNION_URL --stage union --from live:env:PRODUCTION_URL --from "
    "snapshot:latest\n"};

// More connections than this load a server without writing faster.
constexpr std::size_t k_most_jobs = 64;

// Also keeps a minus sign from becoming a huge number, which CLI11 lets through for unsigned options.
constexpr std::size_t k_most_kept = 1000;

struct RawOptions {
    Options parsed{};
    std::vector<std::string> origins{};
    std::string max_age;
    std::string on_missing;
    std::string lock_timeout = "10s";
    RawRollback rollback{};
    RawDrill drill{};
};

void add_target(CLI::App& app, Options& options) {
    app.add_option("--target", options.target, "the stage's database: env:VAR, service:NAME or file:PATH")
        ->type_name("REF");
    cli::add_common_options(app, options.common);
}

void add_dotenv(CLI::App& app, Options& options) {
    app.add_option("--dotenv", options.dotenv, "also write SLUICE_… lines for CI")->type_name("FILE");
}

void add_origin_options(CLI::App& app, RawOptions& raw) {
    app.add_option("--policy", raw.parsed.policy,
                   "the service's policy file, in place of --from, --max-age and --init-…")
        ->type_name("FILE");
    app.add_option("--from", raw.origins, "live:REF, snapshot:latest|ID or command:CMD; first usable (default latest)")
        ->type_name("ORIGIN")
        ->allow_extra_args(false);
    app.add_option("--store", raw.parsed.store, "where snapshots live (or SLUICE_STORE)")->type_name("STORE");
    app.add_option("--store-key", raw.parsed.store_key,
                   "an encrypted store's key: env:VAR, file:PATH (or SLUICE_STORE_KEY)")
        ->type_name("REF");
    app.add_option("--name", raw.parsed.name, "the database's name in the store")->type_name("NAME");
    app.add_option("--max-age", raw.max_age, "pass over snapshots that are older, such as 26h")->type_name("D");
}

void add_init_options(CLI::App& app, RawOptions& raw) {
    app.add_option("--on-missing", raw.on_missing, "where there never was data: fail (default) or init")
        ->type_name("fail|init")
        ->check(CLI::IsMember({"fail", "init"}));
    app.add_flag("--first-build", raw.parsed.first_build, "even a stage called production may start empty, this once");
    app.add_option("--init-sql", raw.parsed.init_sql, "psql file that fills an empty database")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--init-command", raw.parsed.init_command, "shell command that does, such as a migration tool's")
        ->type_name("CMD");
}

void add_work_options(CLI::App& app, RawOptions& raw) {
    auto& parsed = raw.parsed;
    app.add_option("--after-restore", parsed.after_restore, "psql file to run before anyone connects")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_flag("--adopt", parsed.adopt, "replace a database that holds data and is not marked as a stage");
    app.add_option("--keep-old", parsed.keep_old, "replaced databases to keep (default 1)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{0}, k_most_kept));
    app.add_flag("--keep-template", parsed.keep_template, "leave a copy on the server for later restores to clone");
    app.add_option("--jobs", parsed.jobs, "connections that work at once (default: processors, at most 4)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, k_most_jobs));
    app.add_option("--lock-timeout", raw.lock_timeout, "how long to wait for any lock (default 10s)")->type_name("D");
    app.add_flag("--explain", parsed.explain, "print the whole decision and touch nothing");
}

void add_restore_options(CLI::App& app, RawOptions& raw) {
    add_target(app, raw.parsed);
    app.add_option("--stage", raw.parsed.stage, "the environment's name, such as acceptance")->type_name("NAME");
    add_origin_options(app, raw);
    add_init_options(app, raw);
    add_work_options(app, raw);
    add_shadow_options(app, raw.parsed.shadow);
    add_dotenv(app, raw.parsed);
}

CLI::App* add_verb(CLI::App& app, Options& options, char const* name, char const* summary) {
    CLI::App* verb = app.add_subcommand(name, summary);
    add_target(*verb, options);
    return verb;
}

void add_verbs(CLI::App& app, RawOptions& raw) {
    Options& options = raw.parsed;
    add_rollback_options(*add_verb(app, options, "rollback", "put a database back to a snapshot after a failed deploy"),
                         raw.rollback, options);
    CLI::App* drill = app.add_subcommand("drill", "try the way back before it is needed");
    cli::add_common_options(*drill, options.common);
    add_drill_options(*drill, raw.drill, options);
    add_dotenv(*add_verb(app, options, "provenance", "what a database says of where its data came from"), options);
    CLI::App* cleanup = add_verb(app, options, "cleanup", "drop what interrupted restores left behind");
    cleanup->add_flag("--dry-run", options.dry_run, "only list it");
    cleanup->add_flag("--templates", options.templates, "also drop the templates that --keep-template left");
    add_verb(app, options, "mark", "say what a database is, so that no stage is restored over it")
        ->add_option("--environment", options.environment, "production, a stage's name, or none to unmark")
        ->type_name("NAME")
        ->required();
    CLI::App* policy = app.add_subcommand("policy", "policy lint FILE: check a policy, and what follows from it");
    CLI::App* lint = policy->add_subcommand("lint", "check a policy file and print what follows for each stage");
    policy->require_subcommand(1);
    lint->add_option("FILE", options.policy, "the policy")->required();
    cli::add_common_options(*lint, options.common);
}

Verb chosen_verb(CLI::App const& app) {
    if (app.got_subcommand("rollback")) {
        return Verb::rollback;
    }
    if (app.got_subcommand("drill")) {
        return Verb::drill;
    }
    if (app.got_subcommand("provenance")) {
        return Verb::provenance;
    }
    if (app.got_subcommand("cleanup")) {
        return Verb::cleanup;
    }
    if (app.got_subcommand("policy")) {
        return Verb::lint_policy;
    }
    return app.got_subcommand("mark") ? Verb::mark : Verb::restore;
}

std::size_t default_jobs() { return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4); }

Result<void> check_word(std::string const& option, std::string const& value) {
    static std::regex const pattern("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
    if (!std::regex_match(value, pattern)) {
        return fail(Errc::usage, option + " '" + value + "' is not a name",
                    "Use letters, digits, '_', '-' and '.', at most 63.");
    }
    return {};
}

Result<void> check_target_named(Options const& options) {
    if (options.target.empty()) {
        return fail(Errc::usage, "no target named",
                    "Say which database with --target env:VARIABLE, service:NAME or file:PATH.");
    }
    return {};
}

Result<void> read_origins(RawOptions const& raw, Options& options) {
    for (auto const& text : raw.origins) {
        TRY_ASSIGN(auto origin, parse_origin(text));
        options.origins.push_back(std::move(origin));
    }
    if (options.origins.empty()) {
        options.origins.emplace_back();
    }
    return {};
}

bool uses_store(Options const& options) {
    return std::any_of(options.origins.begin(), options.origins.end(),
                       [](Origin const& origin) { return origin.kind == Origin::Kind::snapshot; });
}

Result<void> check_init_options(Options const& options) {
    bool const init = options.on_missing == OnMissing::init;
    if (!init && (!options.init_sql.empty() || !options.init_command.empty())) {
        return fail(Errc::usage, "--init-sql and --init-command have no effect without --on-missing init",
                    "Add --on-missing init, or leave them out.");
    }
    if (init && is_production(options.stage) && !options.first_build) {
        return fail(Errc::usage, "a stage called '" + options.stage + "' never starts empty without --first-build",
                    "Leave out --on-missing init, or, if there never was data, add --first-build.");
    }
    return {};
}

// Ages are of snapshots; a command tells its data's own, if it can.
Result<void> limit_ages(RawOptions const& raw, Options& options) {
    if (raw.max_age.empty()) {
        return {};
    }
    TRY_ASSIGN(auto const limit, time::parse_duration(raw.max_age).map_error(while_doing("reading --max-age")));
    bool used = false;
    for (auto& origin : options.origins) {
        if (origin.kind != Origin::Kind::live) {
            origin.conditions.max_age = limit;
            used = true;
        }
    }
    return used ? Result<void>{}
                : fail(Errc::usage, "--max-age is for snapshots, and no --from names one",
                       "Add --from snapshot:latest, or leave it out.");
}

// The policy says all of this, and whoever says it twice may not notice which one counts.
Result<void> check_left_to_policy(RawOptions const& raw, Options const& options) {
    for (auto const& [given, option] :
         {std::pair{!raw.origins.empty(), "--from"}, std::pair{!raw.max_age.empty(), "--max-age"},
          std::pair{!options.init_sql.empty(), "--init-sql"},
          std::pair{!options.init_command.empty(), "--init-command"}}) {
        if (given) {
            return fail(Errc::usage, std::string(option) + " is what --policy says", "Leave one of them out.");
        }
    }
    return {};
}

Result<void> validate_origins(RawOptions const& raw, Options& options, ci::Environment const& environment) {
    TRY(read_origins(raw, options));
    TRY(settle_store(options, environment));
    TRY(limit_ages(raw, options));
    TRY(check_init_options(options));
    if (options.first_build && options.on_missing != OnMissing::init) {
        return fail(Errc::usage, "--first-build has no effect without --on-missing init", "Add it, or leave both out.");
    }
    auto const said =
        options.on_missing ? std::optional(ExplicitDecision{*options.on_missing, "--on-missing"}) : std::nullopt;
    options.missing = rule_for_stage(options.stage, {}, said, options.first_build);
    return {};
}

Result<void> validate_restore(RawOptions const& raw, Options& options, ci::Environment const& environment) {
    if (options.stage.empty()) {
        return fail(Errc::usage, "no stage named", "Say which with --stage, for example --stage acceptance.");
    }
    TRY(check_word("--stage", options.stage));
    if (!raw.on_missing.empty()) {
        options.on_missing = raw.on_missing == "init" ? OnMissing::init : OnMissing::fail;
    }
    TRY(options.policy.empty() ? validate_origins(raw, options, environment) : check_left_to_policy(raw, options));
    TRY(validate_shadow(options.shadow));
    if (options.explain && !options.dotenv.empty()) {
        return fail(Errc::usage, "--dotenv has no effect with --explain, which does nothing", "Leave one out.");
    }
    TRY_ASSIGN(options.lock_timeout,
               time::parse_duration(raw.lock_timeout).map_error(while_doing("reading --lock-timeout")));
    options.jobs = options.jobs == 0 ? default_jobs() : options.jobs;
    return {};
}

// CLI11 takes the options of the main command before a verb too; there they would be read and forgotten.
Result<void> check_nothing_before_verb(CLI::App const& app) {
    for (CLI::Option const* option : app.get_options()) {
        if (option->count() > 0) {
            return fail(Errc::usage, option->get_name() + " stands before the verb", "Write it after the verb.");
        }
    }
    return {};
}

Result<Options> validated(RawOptions raw, CLI::App const& app, ci::Environment const& environment) {
    Options options = std::move(raw.parsed);
    options.verb = chosen_verb(app);
    if (options.verb == Verb::lint_policy) {
        TRY(check_nothing_before_verb(app));
        return options;
    }
    if (options.verb == Verb::drill) {
        TRY(check_nothing_before_verb(app));
        TRY(validate_drill(raw.drill, options, environment));
        return options;
    }
    TRY(check_target_named(options));
    if (options.verb == Verb::restore) {
        TRY(validate_restore(raw, options, environment));
        return options;
    }
    TRY(check_nothing_before_verb(app));
    if (options.verb == Verb::rollback) {
        TRY(validate_rollback(raw.rollback, options, environment));
    }
    if (options.verb == Verb::mark) {
        TRY(check_word("--environment", options.environment));
    }
    return options;
}

} // namespace

// An option that would have no effect is a misunderstanding, and is better met now than at two in the morning.
Result<void> settle_store(Options& options, ci::Environment const& environment) {
    if (!uses_store(options)) {
        for (auto const& [given, option] :
             {std::pair{!options.store.empty(), "--store"}, std::pair{!options.store_key.empty(), "--store-key"},
              std::pair{!options.name.empty(), "--name"}, std::pair{options.keep_template, "--keep-template"}}) {
            if (given) {
                return fail(Errc::usage, std::string(option) + " is for snapshots, and no origin is one",
                            "Add --from snapshot:latest, or leave it out.");
            }
        }
        return {};
    }
    options.store = options.store.empty() ? environment.get("SLUICE_STORE").value_or("") : options.store;
    if (options.store.empty()) {
        return fail(Errc::usage, "no store named", "Give --store or set SLUICE_STORE.");
    }
    return options.name.empty() ? Result<void>{} : snapshot::check_name(options.name);
}

Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                           ci::Environment const& environment) {
    CLI::App app;
    RawOptions raw;
    cli::describe(app, k_help);
    add_restore_options(app, raw);
    add_verbs(app, raw);
    app.require_subcommand(0, 1);
    TRY_ASSIGN(auto const done, cli::parse_arguments(app, arguments));
    if (done) {
        return std::variant<Options, cli::ExitCode>{*done};
    }
    return validated(std::move(raw), app, environment).map([](Options options) {
        return std::variant<Options, cli::ExitCode>{std::move(options)};
    });
}

} // namespace sluice::db_restore
