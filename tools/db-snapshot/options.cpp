#include "tools/db-snapshot/options.hpp"

#include "common/cli/options.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/time/duration_text.hpp"

#include <algorithm>
#include <thread>

namespace sluice::db_snapshot {

namespace {

constexpr cli::HelpText k_help{
    "db-snapshot", "Take a consistent, compressed, verifiable snapshot of a live PostgreSQL database into a store.",
    "  db-snapshot --source env:PRODUCTION_URL --store /backups --label release=2.4\n"
    "  db-snapshot mask lint --source env:PRODUCTION_URL --mask mask.json\n"
    "  db-snapshot verify latest --store /backups --restore-to env:SCRATCH_URL\n"};

// More connections than this load a server without reading faster.
constexpr std::size_t k_most_jobs = 64;

// What a variable that is not set leaves behind: were it taken for "not given", `verify --restore-to "$UNSET"` would
// end well without a restore.
CLI::Validator not_empty() {
    return {[](std::string& text) { return text.empty() ? std::string("the value is empty") : std::string{}; }, ""};
}

struct RawOptions {
    Options parsed{};
    std::vector<std::string> labels{};
    std::string lock_timeout = "10s";
    std::string keep_within{};
    std::string timeout{};
    std::string grace = "12h";
};

void add_place_options(CLI::App& app, Options& options) {
    app.add_option("--store", options.store, "where snapshots live (or SLUICE_STORE)")->type_name("DIRECTORY");
    app.add_option("--store-key", options.store_key,
                   "an encrypted store's key: env:VAR, file:PATH (or SLUICE_STORE_KEY)")
        ->type_name("REF")
        ->check(not_empty());
}

void add_store_options(CLI::App& app, Options& options) {
    add_place_options(app, options);
    app.add_option("--name", options.name, "the database's name in the store")->type_name("NAME")->check(not_empty());
    cli::add_common_options(app, options.common);
}

void add_jobs(CLI::App& app, Options& options) {
    app.add_option("--jobs", options.jobs, "connections that work at once (default: processors, at most 4)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, k_most_jobs));
}

void add_source_options(CLI::App& app, Options& options) {
    app.add_option("--source", options.source, "the database: env:VAR, service:NAME, file:PATH; or PG* variables")
        ->type_name("REF")
        ->check(not_empty());
    app.add_option("--exclude-data", options.exclude_data, "keep these tables' definition only")->type_name("PATTERN");
}

CLI::Option* add_mask(CLI::App& app, Options& options) {
    return app.add_option("--mask", options.mask, "what becomes of each column before it leaves the source")
        ->type_name("FILE")
        ->check(not_empty());
}

void add_take_options(CLI::App& app, RawOptions& raw) {
    add_source_options(app, raw.parsed);
    add_mask(app, raw.parsed);
    add_store_options(app, raw.parsed);
    add_jobs(app, raw.parsed);
    app.add_option("--label", raw.labels, "kept in the manifest")->type_name("KEY=VALUE");
    app.add_option("--lock-timeout", raw.lock_timeout, "how long to wait for the tables' locks (default 10s)")
        ->type_name("D");
    app.add_option("--dotenv", raw.parsed.dotenv, "also write SLUICE_… lines for CI")
        ->type_name("FILE")
        ->check(not_empty());
    app.add_flag("--stdin", raw.parsed.from_stdin, "the snapshot of a stream: what comes in on standard input");
    app.add_option("--command", raw.parsed.command, "the same of what a command prints; must come last")
        ->type_name("CMD...")
        ->expected(1, -1);
    app.add_flag("--background", raw.parsed.background, "print the id at once and go on in a session of its own");
    app.add_option("--log", raw.parsed.log, "where the background writes (default: a new file in TMPDIR)")
        ->type_name("FILE")
        ->check(not_empty());
}

CLI::App* add_verb(CLI::App& app, Options& options, char const* name, char const* summary) {
    CLI::App* verb = app.add_subcommand(name, summary);
    add_store_options(*verb, options);
    return verb;
}

void add_id(CLI::App& verb, Options& options) {
    verb.add_option("ID", options.id, "an id as list shows it, or latest")->required();
}

void add_wait(CLI::App& app, RawOptions& raw) {
    CLI::App* verb = add_verb(app, raw.parsed, "wait", "wait until a snapshot is complete (0), failed or dead (1)");
    add_id(*verb, raw.parsed);
    verb->add_option("--timeout", raw.timeout, "give up then, with 124 (default: none)")
        ->type_name("D")
        ->check(not_empty());
}

void add_prune(CLI::App& app, RawOptions& raw) {
    CLI::App* verb = add_verb(app, raw.parsed, "prune", "remove snapshots that no --keep rule wants, and their chunks");
    KeepRules& keep = raw.parsed.prune.keep;
    verb->add_option("--keep-last", keep.last, "the newest N")->type_name("N");
    verb->add_option("--keep-daily", keep.daily, "the newest one of each of the last N days")->type_name("N");
    verb->add_option("--keep-weekly", keep.weekly, "of each of the last N weeks")->type_name("N");
    verb->add_option("--keep-monthly", keep.monthly, "of each of the last N months")->type_name("N");
    verb->add_option("--keep-within", raw.keep_within, "all that are at most D older than the newest")
        ->type_name("D")
        ->check(not_empty());
    verb->add_option("--grace", raw.grace, "how long to leave failed runs, and chunks in the trash (default 12h)")
        ->type_name("D");
    verb->add_flag("--dry-run", raw.parsed.prune.dry_run, "say what would go and why, and remove nothing");
}

void add_verbs(CLI::App& app, Options& options) {
    CLI::App* init = add_verb(app, options, "init", "make an empty store");
    init->add_flag("--encrypt", options.encrypt, "one that holds nothing plain, for the key that is given");
    init->add_option("--recipient", options.recipient, "who has that key (default: first)")->type_name("NAME");
    add_verb(app, options, "list", "what is in the store");
    add_id(*add_verb(app, options, "show", "what a snapshot holds"), options);
    add_id(*add_verb(app, options, "status", "whether it is running, complete, failed or dead"), options);
    CLI::App* verify = add_verb(app, options, "verify", "read every byte back and prove it");
    add_id(*verify, options);
    add_jobs(*verify, options);
    verify->add_option("--restore-to", options.restore_to, "also restore into a scratch database on this server")
        ->type_name("REF")
        ->check(not_empty());
    CLI::App* files = add_verb(app, options, "export", "write plain files and a restore.sh that needs no Sluice");
    add_id(*files, options);
    add_id(*add_verb(app, options, "pin", "keep a snapshot whatever prune is told"), options);
    add_id(*add_verb(app, options, "unpin", "let prune have it again"), options);
    add_id(*add_verb(app, options, "cat", "write the stream of a snapshot to standard output"), options);
    add_verb(app, options, "stats", "sizes, what reuse of chunks saves, and growth");
    CLI::App* bundle = add_verb(app, options, "bundle", "tie snapshots together: complete only when all are");
    bundle->add_option("BUNDLE", options.id, "a name for it")->required()->check(not_empty());
    bundle->add_option("NAME/ID", options.members, "its members")->required()->expected(1, -1);
    CLI::App* mask =
        app.add_subcommand("mask", "mask lint: what a mask file leaves undecided, and what looks personal");
    mask->require_subcommand(1);
    CLI::App* lint = mask->add_subcommand("lint", "list columns without a decision, and columns that look personal");
    add_source_options(*lint, options);
    add_mask(*lint, options)->required();
    cli::add_common_options(*lint, options.common);
    files->add_option("DIRECTORY", options.directory, "a new or empty directory")->required()->check(not_empty());
}

CLI::App* add_key_verb(CLI::App& key, Options& options, char const* name, char const* summary) {
    CLI::App* verb = key.add_subcommand(name, summary);
    add_place_options(*verb, options);
    cli::add_common_options(*verb, options.common);
    return verb;
}

void add_key(CLI::App& app, Options& options) {
    CLI::App* key = app.add_subcommand("key", "who can open an encrypted store: generate, list, add, remove, rotate");
    key->require_subcommand(1);
    cli::add_common_options(*key->add_subcommand("generate", "print a new key"), options.common);
    add_key_verb(*key, options, "list", "the store's recipients and keys");
    CLI::App* add = add_key_verb(*key, options, "add", "let another key open the store");
    add->add_option("NAME", options.recipient, "who has it")->required();
    add->add_option("--new-key", options.new_key, "the key to add: env:VAR, file:PATH")
        ->type_name("REF")
        ->check(not_empty())
        ->required();
    add_key_verb(*key, options, "remove", "let a recipient's key open it no longer")
        ->add_option("NAME", options.recipient, "whose")
        ->required();
    add_key_verb(*key, options, "rotate", "seal what is written from now on with a new store key");
}

Verb chosen_key_verb(CLI::App const& key) {
    return key.got_subcommand("generate") ? Verb::key_generate
           : key.got_subcommand("list")   ? Verb::key_list
           : key.got_subcommand("add")    ? Verb::key_add
           : key.got_subcommand("remove") ? Verb::key_remove
                                          : Verb::key_rotate;
}

Verb chosen_verb(CLI::App const& app) {
    if (app.got_subcommand("key")) {
        return chosen_key_verb(*app.get_subcommand("key"));
    }
    constexpr std::array<std::pair<char const*, Verb>, 14> verbs{{{"init", Verb::init},
                                                                  {"list", Verb::list},
                                                                  {"show", Verb::show},
                                                                  {"status", Verb::status},
                                                                  {"verify", Verb::verify},
                                                                  {"export", Verb::export_files},
                                                                  {"mask", Verb::mask_lint},
                                                                  {"prune", Verb::prune},
                                                                  {"pin", Verb::pin},
                                                                  {"unpin", Verb::unpin},
                                                                  {"stats", Verb::stats},
                                                                  {"wait", Verb::wait},
                                                                  {"cat", Verb::cat},
                                                                  {"bundle", Verb::bundle}}};
    for (auto const& [name, verb] : verbs) {
        if (app.got_subcommand(name)) {
            return verb;
        }
    }
    return Verb::take;
}

Result<std::map<std::string, std::string>> parse_labels(std::vector<std::string> const& texts) {
    std::map<std::string, std::string> labels;
    for (auto const& text : texts) {
        std::size_t const sign = text.find('=');
        if (sign == 0 || sign == std::string::npos) {
            return fail(Errc::usage, "--label '" + text + "' is not KEY=VALUE",
                        "Write for example --label release=2.4.");
        }
        labels[text.substr(0, sign)] = text.substr(sign + 1);
    }
    return labels;
}

std::size_t default_jobs() { return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4); }

Result<PruneRules> parse_prune(RawOptions const& raw) {
    PruneRules rules = raw.parsed.prune;
    TRY_ASSIGN(rules.grace, time::parse_duration(raw.grace).map_error(while_doing("reading --grace")));
    if (!raw.keep_within.empty()) {
        TRY_ASSIGN(rules.keep.within,
                   time::parse_duration(raw.keep_within).map_error(while_doing("reading --keep-within")));
    }
    if (raw.parsed.verb == Verb::prune && !rules.keep.any()) {
        return fail(Errc::usage, "nothing says what to keep",
                    "Give at least one of --keep-last, --keep-daily, --keep-weekly, --keep-monthly and --keep-within.");
    }
    return rules;
}

// The rest of the line belongs to the command, whatever it looks like; a "--" may stand in front of it.
std::vector<std::string> take_command(std::vector<std::string>& arguments) {
    auto const place = std::find(arguments.begin(), arguments.end(), "--command");
    std::vector<std::string> command;
    if (place != arguments.end()) {
        bool const separated = place + 1 != arguments.end() && *(place + 1) == "--";
        command.assign(place + (separated ? 2 : 1), arguments.end());
        arguments.erase(place, arguments.end());
    }
    return command;
}

Result<void> check_stream(Options const& options) {
    if (!options.takes_stream()) {
        return {};
    }
    if (options.verb != Verb::take || (options.from_stdin && !options.command.empty())) {
        return fail(Errc::usage, "--stdin and --command are for taking a snapshot, one of them at a time");
    }
    if (!options.source.empty() || !options.mask.empty() || !options.exclude_data.empty()) {
        return fail(Errc::usage, "--source, --mask and --exclude-data are for databases, not for a stream",
                    "Take the database and the stream as two snapshots with two names.");
    }
    if (options.name.empty()) {
        return fail(Errc::usage, "a stream needs a name", "Give --name NAME, before --command.");
    }
    return options.from_stdin && options.background
               ? fail(Errc::usage, "--background cannot read the caller's standard input", "Use --command.")
               : Result<void>{};
}

Result<Options> validated(RawOptions raw, ci::Environment const& environment) {
    TRY_ASSIGN(raw.parsed.prune, parse_prune(raw));
    Options options = std::move(raw.parsed);
    TRY_ASSIGN(options.labels, parse_labels(raw.labels));
    TRY_ASSIGN(options.lock_timeout,
               time::parse_duration(raw.lock_timeout).map_error(while_doing("reading --lock-timeout")));
    if (!raw.timeout.empty()) {
        TRY_ASSIGN(options.timeout, time::parse_duration(raw.timeout).map_error(while_doing("reading --timeout")));
    }
    if (!options.log.empty() && !options.background) {
        return fail(Errc::usage, "--log is for --background", "Redirect stderr, or give --background.");
    }
    options.jobs = options.jobs == 0 ? default_jobs() : options.jobs;
    if (options.store.empty()) {
        options.store = environment.get("SLUICE_STORE").value_or("");
    }
    if (options.store.empty() && options.verb != Verb::mask_lint && options.verb != Verb::key_generate) {
        return fail(Errc::usage, "no store named", "Give --store DIRECTORY or set SLUICE_STORE.");
    }
    if (!options.recipient.empty() && options.verb == Verb::init && !options.encrypt) {
        return fail(Errc::usage, "--recipient is for --encrypt");
    }
    TRY(check_stream(options));
    if (!options.name.empty()) {
        TRY(snapshot::check_name(options.name));
    }
    return options;
}

} // namespace

Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                           ci::Environment const& environment) {
    CLI::App app;
    RawOptions raw;
    cli::describe(app, k_help);
    add_take_options(app, raw);
    add_verbs(app, raw.parsed);
    add_key(app, raw.parsed);
    add_prune(app, raw);
    add_wait(app, raw);
    app.require_subcommand(0, 1);
    auto own = arguments;
    auto command = take_command(own);
    bool const empty_command = own.size() != arguments.size() && command.empty();
    TRY_ASSIGN(auto const done, cli::parse_arguments(app, own));
    if (done) {
        return std::variant<Options, cli::ExitCode>{*done};
    }
    if (empty_command) {
        return fail(Errc::usage, "--command names no command", "Write for example --command tar -C /etc -c .");
    }
    raw.parsed.command = std::move(command);
    raw.parsed.verb = chosen_verb(app);
    return validated(std::move(raw), environment).map([](Options options) {
        return std::variant<Options, cli::ExitCode>{std::move(options)};
    });
}

} // namespace sluice::db_snapshot
