#include "tools/db-restore-or-init/rollback_options.hpp"

#include "common/cli/options.hpp"
#include "common/result/did_you_mean.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/time/duration_text.hpp"
#include "tools/db-restore-or-init/options.hpp"

#include <algorithm>
#include <thread>

namespace sluice::db_restore {

namespace {

// More connections than this load a server without writing faster.
constexpr std::size_t k_most_jobs = 64;
// 3.2 GB of memory for each table that is read at that moment.
constexpr std::uint64_t k_most_exact_rows = 100'000'000;

Result<std::set<std::string>> parse_rescue(std::vector<std::string> const& texts) {
    std::set<std::string> tables;
    for (auto const& text : texts) {
        std::size_t const point = text.find('.');
        if (point == std::string::npos || point == 0 || point + 1 == text.size()) {
            return fail(Errc::usage, "--rescue '" + text + "' is not a table", "Write schema.table.");
        }
        tables.insert(text);
    }
    return tables;
}

bool is_number(std::string const& text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

} // namespace

void add_store_work_options(CLI::App& verb, std::string& lock_timeout, Options& options) {
    verb.add_option("--store", options.store, "where snapshots live (or SLUICE_STORE)")->type_name("STORE");
    verb.add_option("--name", options.name, "the database's name in the store")->type_name("NAME");
    verb.add_option("--jobs", options.jobs, "connections that work at once (default: processors, at most 4)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, k_most_jobs));
    verb.add_option("--lock-timeout", lock_timeout, "how long to wait for any lock (default 10s)")->type_name("D");
}

void add_rollback_options(CLI::App& verb, RawRollback& raw, Options& options) {
    auto& rollback = options.rollback;
    verb.add_option("--to", rollback.to, "the snapshot to go back to: an id, or latest")->type_name("SNAPSHOT");
    add_store_work_options(verb, raw.lock_timeout, options);
    verb.add_option("--accept-loss", raw.accept_loss, "what may be lost: schema.table, large-objects or all")
        ->type_name("SPEC")
        ->allow_extra_args(false);
    verb.add_option("--rescue", raw.rescue, "carry the rows written since over: schema.table")
        ->type_name("TABLE")
        ->allow_extra_args(false);
    verb.add_option("--rescue-file", rollback.rescue_file, "where rows go that cannot be carried over")
        ->type_name("FILE");
    verb.add_flag("--no-broken-snapshot", raw.no_broken_snapshot, "do not snapshot the broken state first");
    verb.add_option("--production", rollback.production, "the system identifier, where production is to go back")
        ->type_name("ID");
    verb.add_option("--exact-rows", rollback.exact_rows, "count larger tables by the statistics (default 1000000)")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{0}, k_most_exact_rows));
    verb.add_option("--if-started", rollback.if_started, "smoke during's report: do nothing if its command never ran")
        ->type_name("FILE");
    verb.add_option("--if-failed", rollback.if_failed, "smoke's report: put back only if it names a failed check")
        ->type_name("FILE");
    verb.add_flag("--explain", options.explain, "print what would be lost and touch nothing");
    verb.add_option("--dotenv", options.dotenv, "also write SLUICE_… lines for CI")->type_name("FILE");
}

Result<void> check_snapshot_named(std::string const& to) {
    if (to.empty()) {
        return fail(Errc::usage, "no snapshot named",
                    "Say which with --to: an id as db-snapshot list shows it, or latest.");
    }
    if (to != "latest" && !snapshot::is_snapshot_id(to)) {
        std::string const suggestion = result::did_you_mean(to, {"latest"});
        return fail(Errc::usage, "--to '" + to + "' is not a snapshot id",
                    suggestion.empty() ? "Write an id as 'db-snapshot list' shows it, or latest." : suggestion);
    }
    return {};
}

Result<void> validate_store_work(std::string const& lock_timeout, Options& options,
                                 ci::Environment const& environment) {
    options.store = options.store.empty() ? environment.get("SLUICE_STORE").value_or("") : options.store;
    if (options.store.empty()) {
        return fail(Errc::usage, "no store named", "Give --store or set SLUICE_STORE.");
    }
    if (!options.name.empty()) {
        TRY(snapshot::check_name(options.name));
    }
    TRY_ASSIGN(options.lock_timeout,
               time::parse_duration(lock_timeout).map_error(while_doing("reading --lock-timeout")));
    if (options.jobs == 0) {
        options.jobs = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
    }
    return {};
}

Result<void> validate_rollback(RawRollback const& raw, Options& options, ci::Environment const& environment) {
    auto& rollback = options.rollback;
    TRY(check_snapshot_named(rollback.to));
    TRY(validate_store_work(raw.lock_timeout, options, environment));
    TRY_ASSIGN(rollback.acceptance, parse_acceptance(raw.accept_loss));
    TRY_ASSIGN(rollback.rescue, parse_rescue(raw.rescue));
    rollback.broken_snapshot = !raw.no_broken_snapshot;
    if (!is_number(rollback.production)) {
        return fail(Errc::usage, "--production '" + rollback.production + "' is not a system identifier",
                    "It is a number; ask the server: SELECT system_identifier FROM pg_control_system()");
    }
    if (!rollback.rescue_file.empty() && rollback.rescue.empty()) {
        return fail(Errc::usage, "--rescue-file has no effect without --rescue", "Name tables with --rescue.");
    }
    if (!rollback.if_started.empty() && !rollback.if_failed.empty()) {
        return fail(Errc::usage, "--if-started and --if-failed exclude each other",
                    "A report is either of the change or of the checks after it.");
    }
    if (options.explain && !options.dotenv.empty()) {
        return fail(Errc::usage, "--dotenv has no effect with --explain, which does nothing", "Leave one out.");
    }
    return {};
}

} // namespace sluice::db_restore
