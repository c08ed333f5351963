#include "common/cli/exit_code.hpp"
#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/process/signals.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/prune.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace sluice::db_snapshot {

namespace {

char const* outcome_text(Outcome outcome) {
    switch (outcome) {
    case Outcome::complete: return "complete";
    case Outcome::running: return "running";
    case Outcome::failed: return "failed";
    case Outcome::dead: return "dead";
    case Outcome::half_removed: return "half removed";
    }
    return "";
}

Json count_json(ChunkCount const& count) { return {{"chunks", count.chunks}, {"bytes", count.bytes}}; }

Json snapshot_json(PrunedSnapshot const& snapshot) {
    return {{"name", snapshot.seen.name},
            {"id", snapshot.seen.facts.id},
            {"state", outcome_text(snapshot.seen.facts.outcome)},
            {"stored_bytes", snapshot.seen.stored_bytes},
            {"keep", snapshot.verdict.keep},
            {"removed", snapshot.removed},
            {"reasons", snapshot.verdict.reasons}};
}

Json report_json(PruneReport const& report, bool dry_run) {
    Json snapshots = Json::array();
    for (auto const& snapshot : report.snapshots) {
        snapshots.push_back(snapshot_json(snapshot));
    }
    Json failures = Json::array();
    for (auto const& failure : report.failures) {
        failures.push_back(failure.message);
    }
    return {{"version", 1},
            {"dry_run", dry_run},
            {"snapshots", std::move(snapshots)},
            {"released", count_json(report.released)},
            {"set_aside", count_json(report.sweep.set_aside)},
            {"put_back", count_json(report.sweep.put_back)},
            {"freed", count_json(report.sweep.freed)},
            {"in_trash", count_json(report.sweep.in_trash)},
            {"waiting_for", report.sweep.waiting},
            {"leftovers", report.leftovers},
            {"not_removed", std::move(failures)}};
}

std::string count_text(ChunkCount const& count) {
    return log::size_text(count.bytes) + " in " + std::to_string(count.chunks) + " chunks";
}

void print_snapshots(std::ostream& out, PruneReport const& report, bool dry_run) {
    for (auto const& snapshot : report.snapshots) {
        std::string reasons;
        for (auto const& reason : snapshot.verdict.reasons) {
            reasons += (reasons.empty() ? "" : "; ") + reason;
        }
        char const* const fate = snapshot.verdict.keep ? "keep"
                                 : dry_run             ? "would go"
                                 : snapshot.removed    ? "removed"
                                                       : "NOT REMOVED";
        out << std::left << std::setw(12) << fate << std::setw(20) << snapshot.seen.name << ' '
            << snapshot.seen.facts.id << "  " << reasons << '\n';
    }
}

void print_chunks(std::ostream& out, PruneReport const& report) {
    auto const& sweep = report.sweep;
    out << "freed " << count_text(sweep.freed) << "; set aside " << count_text(sweep.set_aside) << "; in the trash "
        << count_text(sweep.in_trash) << '\n';
    for (auto const& run : sweep.waiting) {
        out << "the trash waits for the snapshot that runs: " << run << '\n';
    }
}

std::size_t removed_count(PruneReport const& report) {
    return static_cast<std::size_t>(std::count_if(report.snapshots.begin(), report.snapshots.end(),
                                                  [](auto const& snapshot) { return snapshot.removed; }));
}

void print(std::ostream& out, PruneReport const& report, bool dry_run) {
    print_snapshots(out, report, dry_run);
    if (dry_run) {
        out << "nothing was removed; " << removed_count(report) << " snapshots would go, and with them "
            << count_text(report.released) << '\n';
    } else {
        print_chunks(out, report);
    }
}

Result<std::vector<std::string>> names_to_prune(store::Store& store, std::string const& only) {
    TRY_ASSIGN(auto names, snapshot::database_names(store));
    if (only.empty()) {
        return names;
    }
    if (std::find(names.begin(), names.end(), only) == names.end()) {
        return fail(Errc::not_found, store.description() + " has never held '" + only + "'",
                    "See what there is with: db-snapshot list.");
    }
    return std::vector<std::string>{only};
}

// The result is printed all the same: what was removed, and what was not.
Result<cli::ExitCode> exit_code_of(PruneReport const& report) {
    for (auto const& failure : report.failures) {
        log::write_text(result::to_text(failure, "db-snapshot"));
    }
    TRY(process::check_not_stopped());
    if (report.failures.empty()) {
        return cli::ExitCode::ok;
    }
    bool const denied = std::any_of(report.failures.begin(), report.failures.end(),
                                    [](Error const& failure) { return failure.kind == Errc::denied; });
    return denied ? cli::ExitCode::denied : cli::ExitCode::temporary;
}

} // namespace

Result<cli::ExitCode> prune(Options const& options, cli::Context& context) {
    // Where a move is two requests, each of which waits for a network.
    constexpr std::size_t at_once_over_a_network = 8;
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto const names, names_to_prune(*store, options.name));
    PruneRules rules = options.prune;
    rules.workers = store->moves_at_once() ? 1 : at_once_over_a_network;
    TRY_ASSIGN(auto const report, prune_store(*store, names, rules, context.clock));
    if (options.common.json) {
        context.out << json::dump(report_json(report, options.prune.dry_run)) << '\n';
    } else {
        print(context.out, report, options.prune.dry_run);
    }
    return exit_code_of(report);
}

} // namespace sluice::db_snapshot
