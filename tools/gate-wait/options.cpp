#include "tools/gate-wait/options.hpp"

#include "common/cli/options.hpp"
#include "common/time/duration_text.hpp"

#include <array>

namespace sluice::gate_wait {

namespace {

constexpr cli::HelpText k_help{
    "gate-wait", "Holds a pipeline until people, calendar, backups and the database agree, and records who and why.",
    "  gate-wait gate.json --record gate-record.jsonl --dotenv gate.env\n"
    "  gate-wait --snapshot \"$SLUICE_SNAPSHOT_ID\" --store /backups --timeout 2h\n"
    "  gate-wait explain gate.json --from 2026-12-01 --to 2027-02-01\n"};

void add_waiting_options(CLI::App& app, Options& options, std::string& timeout) {
    app.add_option("gate", options.gate, "gate file, - for stdin");
    app.add_option("--window", options.window, "wait for one window: JSON as in a gate file");
    app.add_option("--snapshot", options.snapshot, "wait for the snapshot with this ID");
    app.add_option("--store", options.store, "where snapshots and approvals are (or SLUICE_STORE)");
    app.add_option("--store-key", options.store_key, "encrypted stores' key: env:VAR, file:PATH (or SLUICE_STORE_KEY)");
    app.add_option("--name", options.name, "the database's name in the store; with approve: who you are");
    app.add_option("--timeout", timeout, "give up after DURATION (the file's, else 1h)");
    app.add_flag("--once", options.once, "ask once and say 75 for not yet, instead of waiting");
    app.add_option("--record", options.record, "append to FILE who, when and what was seen; FILE.final.json beside it");
    app.add_option("--dotenv", options.dotenv, "write SLUICE_GATE=… lines for CI to FILE");
    app.add_option("--override-reason", options.override_reason, "in an emergency: why; needs a second person");
    cli::add_common_options(app, options.common);
}

CLI::App* add_verb(CLI::App& app, std::string const& name, std::string const& summary) {
    auto* verb = app.add_subcommand(name, summary);
    verb->fallthrough();
    return verb;
}

void add_answer(CLI::App& app, Options& options, std::string const& name, std::string const& summary) {
    auto* verb = add_verb(app, name, summary);
    verb->add_option("--gate", options.answer.gate, "the gate's name")->required();
    verb->add_option("--reason", options.answer.reason, "why, for the record")->required();
    verb->add_option("--revision", options.answer.revision, "which, where several are asked for");
    verb->add_option("--environment", options.answer.environment, "likewise");
}

void add_verbs(CLI::App& app, Options& options) {
    app.require_subcommand(0, 1);
    auto* explain = add_verb(app, "explain", "list when the gate's windows open");
    explain->add_option("gate", options.gate, "gate file")->required();
    explain->add_option("--from", options.from, "first DATE (today)");
    explain->add_option("--to", options.to, "last DATE (90 days later)");
    add_verb(app, "lint", "check the gate file, nothing else")
        ->add_option("gate", options.gate, "gate file")
        ->required();
    auto* hold = add_verb(app, "hold", "hold an advisory lock while a command runs: hold --target REF -- COMMAND");
    hold->add_option("--target", options.hold.target,
                     "the database: env:VAR, service:NAME, file:PATH; or PG* variables");
    hold->add_option("--key", options.hold.key, "what is locked (gate-wait)");
    add_answer(app, options, "approve", "say yes to a gate that asks in a store");
    add_answer(app, options, "reject", "say no to it");
    add_verb(app, "verify-record", "prove that a record was not changed")
        ->add_option("record", options.record, "file that --record wrote")
        ->required();
}

Verb chosen_verb(CLI::App const& app) {
    constexpr std::array<std::pair<char const*, Verb>, 6> verbs{{{"explain", Verb::explain},
                                                                 {"lint", Verb::lint},
                                                                 {"hold", Verb::hold},
                                                                 {"approve", Verb::approve},
                                                                 {"reject", Verb::reject},
                                                                 {"verify-record", Verb::verify_record}}};
    for (auto const& [name, verb] : verbs) {
        if (app.got_subcommand(name)) {
            return verb;
        }
    }
    return Verb::wait;
}

Result<void> complete_wait(Options const& options) {
    auto const sources = static_cast<int>(!options.gate.empty()) + static_cast<int>(!options.window.empty()) +
                         static_cast<int>(!options.snapshot.empty());
    if (sources == 0) {
        return fail(Errc::usage, "nothing to wait for", "Name a gate file, or give --window or --snapshot.");
    }
    if (sources > 1) {
        return fail(Errc::usage, "a gate file, --window and --snapshot exclude each other",
                    "Write several conditions into a gate file.");
    }
    if (!options.snapshot.empty() && options.store.empty()) {
        return fail(Errc::usage, "--snapshot needs a store", "Give --store DIRECTORY or set SLUICE_STORE.");
    }
    if (options.gate.empty() && !options.override_reason.empty()) {
        return fail(Errc::usage, "--override-reason needs a gate file that says what may be overridden and by whom");
    }
    return {};
}

Result<void> complete_answer(Options const& options) {
    if (options.store.empty()) {
        return fail(Errc::usage, "no store named", "Give --store DIRECTORY or set SLUICE_STORE.");
    }
    if (options.name.empty()) {
        return fail(Errc::usage, "who are you?", "Give --name NAME; it is kept with the answer.");
    }
    if (options.answer.reason.find_first_not_of(" \t") == std::string::npos) {
        return fail(Errc::usage, "no reason given", "Give --reason TEXT; it is kept with the answer.");
    }
    return {};
}

Result<void> complete(Options& options, std::string const& timeout, ci::Environment const& environment) {
    if (options.store.empty()) {
        options.store = environment.get("SLUICE_STORE").value_or("");
    }
    if (!timeout.empty()) {
        TRY_ASSIGN(options.timeout, time::parse_duration(timeout).map_error(while_doing("reading --timeout")));
        if (options.timeout->count() == 0) {
            return fail(Errc::usage, "--timeout must be longer than nothing", "To ask without waiting: --once.");
        }
    }
    if ((options.verb == Verb::hold) == options.hold.command.empty()) {
        return fail(Errc::usage, options.verb == Verb::hold ? "no command to run" : "only 'hold' takes a command",
                    "Write: gate-wait hold --target env:SHOP_URL -- COMMAND ARGUMENT…");
    }
    switch (options.verb) {
    case Verb::wait: return complete_wait(options);
    case Verb::approve:
    case Verb::reject: return complete_answer(options);
    default: return {};
    }
}

} // namespace

Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                           ci::Environment const& environment) {
    Options options;
    std::string timeout;
    auto parts = cli::split_command(arguments);
    CLI::App app;
    cli::describe(app, k_help);
    add_waiting_options(app, options, timeout);
    add_verbs(app, options);
    TRY_ASSIGN(auto const done, cli::parse_arguments(app, parts.ours));
    if (done) {
        return std::variant<Options, cli::ExitCode>{*done};
    }
    options.verb = chosen_verb(app);
    options.hold.command = std::move(parts.command);
    TRY(complete(options, timeout, environment));
    return std::variant<Options, cli::ExitCode>{std::move(options)};
}

} // namespace sluice::gate_wait
