#include "tools/db-snapshot/prune.hpp"

#include "common/log/log.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/bundle.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/trash.hpp"

#include <algorithm>

namespace sluice::db_snapshot {

namespace {

using snapshot::Catalog;

// A process that was silent for this long will not come back and publish.
constexpr auto k_given_up_kept = std::chrono::hours{24 * 30};

/// One prune of a store, step by step in the order of `run`.
class Prune {
  public:
    Prune(store::Store& store, PruneRules const& rules, time::Clock& clock, RunWatch watch)
        : m_store(store), m_rules(rules), m_clock(clock), m_watch(std::move(watch)),
          m_id(snapshot::new_snapshot_id(clock)) {}

    Result<PruneReport> run(std::vector<std::string> const& names) {
        TRY(judge(names));
        TRY(note_released());
        if (m_rules.dry_run) {
            for (auto& snapshot : m_report.snapshots) {
                snapshot.removed = !snapshot.verdict.keep;
            }
            TRY(count_released());
            return std::move(m_report);
        }
        for (auto& snapshot : m_report.snapshots) {
            TRY(process::check_not_stopped());
            note(settle(snapshot));
        }
        TRY(sweep_chunks());
        clear_leftovers();
        return std::move(m_report);
    }

  private:
    void note(Result<void> const& outcome) {
        if (!outcome) {
            m_report.failures.push_back(outcome.error());
        }
    }

    // All names are looked at, whichever are pruned: chunks belong to all of them.
    Result<void> judge(std::vector<std::string> const& names) {
        TRY_ASSIGN(auto const all, snapshot::database_names(m_store));
        auto const now = m_clock.wall_now();
        std::set<std::string> bundles_elsewhere;
        for (auto const& name : all) {
            TRY_ASSIGN(auto seen, survey_name(Catalog(m_store, name), now, m_rules.workers));
            m_runs_under_way = m_runs_under_way || std::any_of(seen.begin(), seen.end(), [&](auto const& one) {
                                   return may_leave_chunks(one.facts, now);
                               });
            if (std::find(names.begin(), names.end(), name) != names.end()) {
                add_verdicts(std::move(seen), now);
            } else {
                for (auto const& one : seen) {
                    bundles_elsewhere.insert(one.bundles.begin(), one.bundles.end());
                }
            }
        }
        keep_bundles_whole(m_report.snapshots, std::move(bundles_elsewhere));
        return {};
    }

    void add_verdicts(std::vector<Surveyed> seen, time::Wall now) {
        std::vector<SnapshotFacts> facts;
        for (auto const& one : seen) {
            facts.push_back(one.facts);
        }
        auto verdicts = decide_retention(facts, m_rules.keep, m_rules.grace, now);
        for (std::size_t i = 0; i < seen.size(); ++i) {
            m_report.snapshots.push_back({std::move(seen[i]), std::move(verdicts[i]), false});
        }
    }

    // Chunks that no manifest lists are what a running snapshot has just stored, or what the retry of a failed one will
    // find: they stay until there is neither.
    [[nodiscard]] bool may_leave_chunks(SnapshotFacts const& facts, time::Wall now) const {
        return facts.outcome == Outcome::running ||
               (facts.outcome != Outcome::complete && now - facts.last_sign < m_rules.grace);
    }

    // The chunks of what goes, while its manifest can still be read.
    Result<void> note_released() {
        for (auto const& snapshot : m_report.snapshots) {
            if (snapshot.verdict.keep || snapshot.seen.facts.outcome != Outcome::complete) {
                continue;
            }
            TRY_ASSIGN(auto const manifest, Catalog(m_store, snapshot.seen.name).manifest(snapshot.seen.facts.id));
            for (auto const& chunk : manifest ? manifest->chunks : std::vector<snapshot::ChunkInfo>{}) {
                m_released.emplace(snapshot::stored_name(manifest->chunks, chunk), chunk.stored_bytes);
            }
        }
        return {};
    }

    Result<void> count_released() {
        std::unordered_set<std::string> going;
        for (auto const& snapshot : m_report.snapshots) {
            if (snapshot.removed) {
                going.insert(snapshot.seen.name + "/" + snapshot.seen.facts.id);
            }
        }
        auto released = m_released;
        TRY(for_each_manifest(m_store, m_rules.workers, [&](snapshot::Manifest const& manifest) -> Result<void> {
            for (auto const& chunk : manifest.chunks) {
                if (!going.contains(manifest.name + "/" + manifest.id)) {
                    released.erase(snapshot::stored_name(manifest.chunks, chunk));
                }
            }
            return {};
        }));
        for (auto const& [id, bytes] : released) {
            m_report.released.add(bytes);
        }
        return {};
    }

    Result<void> settle(PrunedSnapshot& snapshot) {
        Catalog const catalog(m_store, snapshot.seen.name);
        auto const& facts = snapshot.seen.facts;
        if (snapshot.verdict.keep) {
            return clear_old_marks(catalog, facts.id);
        }
        auto const what = while_doing("removing snapshot '" + facts.id + "' of '" + snapshot.seen.name + "'");
        if (facts.outcome == Outcome::dead) {
            TRY_ASSIGN(bool const over, m_watch.is_over(snapshot.seen.name, facts.id).map_error(what));
            TRY_ASSIGN(auto const manifest, catalog.manifest(facts.id).map_error(what));
            if (!over || manifest) {
                snapshot.verdict = {true, {"it was not dead after all"}};
                return {};
            }
        }
        return remove(catalog, snapshot).map_error(what);
    }

    Result<void> remove(Catalog const& catalog, PrunedSnapshot& snapshot) {
        std::string const& id = snapshot.seen.facts.id;
        TRY(catalog.mark_for_removal(id, m_id));
        TRY_ASSIGN(bool const pinned, catalog.is_pinned(id));
        if (pinned) {
            snapshot.verdict = {true, {"pinned"}};
            return catalog.unmark_for_removal(id, m_id);
        }
        TRY(catalog.remove_files(id));
        snapshot.removed = true;
        for (auto const& bundle : snapshot.seen.bundles) {
            TRY(sluice::snapshot::remove_bundle(m_store, bundle)); // all its members go
        }
        return {};
    }

    // Of a prune that was killed. A younger one may be about to remove the snapshot.
    Result<void> clear_old_marks(Catalog const& catalog, std::string const& id) {
        TRY_ASSIGN(auto const marks, catalog.removal_marks(id));
        for (auto const& mark : marks) {
            bool const old = !snapshot::is_snapshot_id(mark) ||
                             m_clock.wall_now() - snapshot::time_of_id(mark) >= std::max(m_rules.grace, k_least_age);
            TRY(old ? catalog.unmark_for_removal(id, mark) : Result<void>{});
        }
        return {};
    }

    Result<void> sweep_chunks() {
        std::unordered_set<std::string> released;
        for (auto const& [id, bytes] : m_released) {
            released.insert(id);
        }
        ChunkSweep sweep(m_store, m_clock, m_watch, m_id, m_rules.workers);
        TRY(sweep.set_aside(released, !m_runs_under_way));
        TRY(sweep.empty_trash(m_rules.grace));
        m_report.sweep = sweep.take_report();
        m_report.failures.insert(m_report.failures.end(), m_report.sweep.failures.begin(),
                                 m_report.sweep.failures.end());
        return {};
    }

    void clear_leftovers() {
        auto const files = m_store.remove_abandoned(std::max(m_rules.grace, k_least_age));
        note(files.map([](std::size_t) {}));
        m_report.leftovers = files.value_or(0);
        note(clear_given_up());
    }

    Result<void> clear_given_up() {
        TRY_ASSIGN(auto const marks, m_store.list(snapshot::k_given_up));
        for (auto const& mark : marks) {
            std::string const id = mark.key.substr(mark.key.rfind('/') + 1);
            if (snapshot::is_snapshot_id(id) && m_clock.wall_now() - snapshot::time_of_id(id) > k_given_up_kept) {
                std::string const name =
                    mark.key.substr(std::string_view(snapshot::k_given_up).size(),
                                    mark.key.size() - id.size() - 1 - std::string_view(snapshot::k_given_up).size());
                TRY_ASSIGN(auto const status, Catalog(m_store, name).status(id));
                TRY(status ? Result<void>{} : m_store.remove(mark.key));
            }
        }
        return {};
    }

    // However short the grace: no write, and no step of a prune, takes that long.
    static constexpr std::chrono::milliseconds k_least_age = std::chrono::hours{1};

    store::Store& m_store;
    PruneRules const& m_rules;
    time::Clock& m_clock;
    RunWatch m_watch;
    std::string m_id;
    std::unordered_map<std::string, std::uint64_t> m_released{};
    bool m_runs_under_way = false;
    PruneReport m_report{};
};

} // namespace

// Again and again, since a snapshot may tie two bundles together.
void keep_bundles_whole(std::vector<PrunedSnapshot>& snapshots, std::set<std::string> elsewhere) {
    std::set<std::string> kept = std::move(elsewhere);
    for (bool changed = true; changed;) {
        changed = false;
        for (auto& snapshot : snapshots) {
            auto const& bundles = snapshot.seen.bundles;
            auto const tie = std::find_if(bundles.begin(), bundles.end(),
                                          [&](std::string const& bundle) { return kept.contains(bundle); });
            if (!snapshot.verdict.keep && tie != bundles.end()) {
                snapshot.verdict = {true, {"bundle " + *tie}};
            }
            for (auto const& bundle : snapshot.verdict.keep ? bundles : std::vector<std::string>{}) {
                changed = kept.insert(bundle).second || changed;
            }
        }
    }
}

Result<PruneReport> prune_store(store::Store& store, std::vector<std::string> const& names, PruneRules const& rules,
                                time::Clock& clock) {
    TRY_ASSIGN(auto watch, RunWatch::begin(store, clock));
    return Prune(store, rules, clock, std::move(watch)).run(names);
}

} // namespace sluice::db_snapshot
