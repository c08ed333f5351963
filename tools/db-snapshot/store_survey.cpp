#include "tools/db-snapshot/store_survey.hpp"

#include "common/process/parallel.hpp"
#include "common/snapshot/bundle.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/trash.hpp"
#include "common/store/content_name.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <mutex>

namespace sluice::db_snapshot {

namespace {

using snapshot::Catalog;
using snapshot::Manifest;
using snapshot::Status;

auto in_the_way(Catalog const& catalog, std::string const& id) {
    return [&catalog, id](Error error) {
        if (error.kind == Errc::bad_data) {
            error.message += ", so it cannot be told which chunks it needs, and nothing was removed";
            error.hint = "Read it with the version of Sluice that wrote it; if it is of no use, remove 'snapshots/" +
                         catalog.name() + "/" + id + "/' from the store.";
        }
        return error;
    };
}

SnapshotFacts facts_of_manifest(std::string const& id, Manifest const& manifest) {
    SnapshotFacts facts{id};
    facts.taken = time::parse_timestamp(manifest.started).value_or(snapshot::time_of_id(id));
    facts.last_sign = facts.taken;
    facts.proven = manifest.is_proven();
    auto const purpose = manifest.labels.find("purpose");
    facts.purpose = purpose == manifest.labels.end() ? "" : purpose->second;
    return facts;
}

Result<SnapshotFacts> facts_of_run(Catalog const& catalog, std::string const& id, std::optional<Status> const& status,
                                   time::Wall now) {
    SnapshotFacts facts{id};
    facts.taken = snapshot::time_of_id(id);
    facts.last_sign = facts.taken;
    if (!status) {
        TRY_ASSIGN(auto const marks, catalog.removal_marks(id));
        facts.outcome = marks.empty() ? Outcome::dead : Outcome::half_removed;
        return facts;
    }
    if (status->state == snapshot::State::complete) {
        return fail(Errc::bad_data, "snapshot '" + id + "' of '" + catalog.name() + "' has lost its manifest");
    }
    facts.last_sign = time::parse_timestamp(status->heartbeat).value_or(facts.taken);
    TRY_ASSIGN(bool const given_up, catalog.is_given_up(id));
    facts.outcome = status->state == snapshot::State::failed ? Outcome::failed
                    : given_up || status->is_stale(now)      ? Outcome::dead
                                                             : Outcome::running;
    return facts;
}

Result<Surveyed> survey_one(Catalog const& catalog, std::string const& id, time::Wall now) {
    Surveyed seen{catalog.name()};
    // A run may publish, and another prune remove, between two looks: the status first, and once more at the end.
    TRY_ASSIGN(auto status, catalog.status(id));
    TRY_ASSIGN(auto const manifest, catalog.manifest(id));
    if (manifest) {
        seen.facts = facts_of_manifest(id, *manifest);
        seen.stored_bytes = manifest->total_stored_bytes();
        auto const verified = catalog.is_verified(id);
        seen.facts.verified = verified ? std::optional(*verified) : std::nullopt;
    } else {
        if (status && status->state == snapshot::State::complete) {
            TRY_ASSIGN(status, catalog.status(id));
        }
        TRY_ASSIGN(seen.facts, facts_of_run(catalog, id, status, now));
    }
    TRY_ASSIGN(seen.facts.pinned, catalog.is_pinned(id));
    TRY_ASSIGN(seen.bundles, snapshot::bundles_of(catalog.store(), {catalog.name(), id}));
    return seen;
}

// A manifest that is read takes about three times its size, and those of large databases have a hundred megabytes.
Result<std::size_t> readers_at_once(Catalog const& catalog, std::size_t workers) {
    constexpr std::uint64_t k_manifests_in_memory = std::uint64_t{64} << 20U;
    if (workers == 1) {
        return workers;
    }
    TRY_ASSIGN(auto const objects, catalog.store().list("snapshots/" + catalog.name() + "/"));
    std::uint64_t largest = 1;
    for (auto const& object : objects) {
        largest = std::max(largest, object.key.ends_with("/manifest.json") ? object.size_bytes : 0);
    }
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(k_manifests_in_memory / largest, 1, workers));
}

} // namespace

Result<std::vector<Surveyed>> survey_name(Catalog const& catalog, time::Wall now, std::size_t workers) {
    TRY_ASSIGN(auto const ids, catalog.ids());
    // A damaged pointer is no reason to stop: the newest complete snapshot is kept in any case.
    auto const latest = catalog.latest().value_or(std::nullopt);
    TRY_ASSIGN(auto const readers, readers_at_once(catalog, workers));
    std::vector<Surveyed> all(ids.size());
    TRY(process::run_parallel(readers, ids.size(), [&](std::size_t, std::size_t item) -> Result<void> {
        auto const& id = ids[item];
        TRY_ASSIGN(all[item], survey_one(catalog, id, now).map_error(in_the_way(catalog, id)));
        all[item].facts.latest = latest && *latest == id;
        return {};
    }));
    return all;
}

Result<void> for_each_manifest(store::Store& store, std::size_t workers,
                               std::function<Result<void>(Manifest const&)> const& see) {
    std::mutex guard;
    TRY_ASSIGN(auto const names, snapshot::database_names(store));
    for (auto const& name : names) {
        Catalog const catalog(store, name);
        TRY_ASSIGN(auto const ids, catalog.ids());
        TRY_ASSIGN(auto const readers, readers_at_once(catalog, workers));
        TRY(process::run_parallel(readers, ids.size(), [&](std::size_t, std::size_t item) -> Result<void> {
            TRY_ASSIGN(auto const manifest, catalog.manifest(ids[item]).map_error(in_the_way(catalog, ids[item])));
            std::lock_guard const lock(guard);
            return manifest ? see(*manifest) : Result<void>{};
        }));
    }
    return {};
}

Result<std::unordered_set<std::string>> needed_chunks(store::Store& store, std::size_t workers) {
    std::unordered_set<std::string> needed;
    TRY(for_each_manifest(store, workers, [&](Manifest const& manifest) -> Result<void> {
        for (auto const& chunk : manifest.chunks) {
            needed.insert(snapshot::stored_name(manifest.chunks, chunk));
        }
        return {};
    }));
    return needed;
}

// In 256 lots, so that a store of many chunks need not be listed in one piece.
Result<void> for_each_chunk(store::Store& store, std::function<Result<void>(store::Object const&)> const& see) {
    TRY_ASSIGN(auto const folders, store.list_folders("chunks/"));
    for (auto const& folder : folders) {
        TRY_ASSIGN(auto const objects, store.list("chunks/" + folder + "/"));
        for (auto const& object : objects) {
            TRY(store::is_content_name(chunk_name(object)) ? see(object) : Result<void>{});
        }
    }
    return {};
}

std::string chunk_name(store::Object const& object) { return object.key.substr(object.key.rfind('/') + 1); }

Result<ChunkCount> chunks_in_trash(store::Store& store) {
    TRY_ASSIGN(auto const objects, store.list(snapshot::k_trash));
    ChunkCount count;
    for (auto const& object : objects) {
        if (store::is_content_name(chunk_name(object))) {
            count.add(object.size_bytes);
        }
    }
    return count;
}

} // namespace sluice::db_snapshot
