#pragma once

#include "common/snapshot/catalog.hpp"
#include "tools/db-snapshot/retention.hpp"

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace sluice::db_snapshot {

struct ChunkCount {
    std::size_t chunks = 0;
    std::uint64_t bytes = 0;
    void add(std::uint64_t size) {
        ++chunks;
        bytes += size;
    }
};

/// One snapshot, or attempt at one, as retention and its helpers need it.
struct Surveyed {
    std::string name;
    SnapshotFacts facts{};
    std::uint64_t stored_bytes = 0;
    std::vector<std::string> bundles{}; ///< that it belongs to
};

/// Everything under one name, in order of the ids. `workers` read at a time, fewer where the manifests are large.
/// Errors: bad_data for a manifest or status that cannot be read: what it refers to is not known then, so nothing may
/// be removed from the store.
[[nodiscard]] Result<std::vector<Surveyed>> survey_name(snapshot::Catalog const& catalog, time::Wall now,
                                                        std::size_t workers);

/// Calls `see` with every manifest in the store, one at a time, in any order. Errors: as
/// `survey_name`; those of `see`.
[[nodiscard]] Result<void> for_each_manifest(store::Store& store, std::size_t workers,
                                             std::function<Result<void>(snapshot::Manifest const&)> const& see);

/// Names of all chunks that some snapshot needs. Errors: as `survey_name`.
[[nodiscard]] Result<std::unordered_set<std::string>> needed_chunks(store::Store& store, std::size_t workers);

/// Calls `see` with every chunk that lies in its place, needed or not. Errors: as the store; those of `see`.
[[nodiscard]] Result<void> for_each_chunk(store::Store& store,
                                          std::function<Result<void>(store::Object const&)> const& see);

/// A chunk's name from its key, wherever it lies.
[[nodiscard]] std::string chunk_name(store::Object const& object);

/// What prunes have set aside and not freed yet.
[[nodiscard]] Result<ChunkCount> chunks_in_trash(store::Store& store);

} // namespace sluice::db_snapshot
