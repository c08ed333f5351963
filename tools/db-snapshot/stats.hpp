#pragma once

#include "common/cli/context.hpp"
#include "common/snapshot/catalog.hpp"
#include "tools/db-snapshot/chunk_sweep.hpp"
#include "tools/db-snapshot/options.hpp"

#include <string>
#include <vector>

namespace sluice::db_snapshot {

struct SnapshotSize {
    std::string name;
    std::string id;
    std::uint64_t plain_bytes = 0;
    std::uint64_t stored_bytes = 0; ///< of all chunks that it needs
    std::uint64_t new_bytes = 0;    ///< of the chunks that no earlier snapshot needs
    std::uint64_t own_bytes = 0;    ///< of the chunks that no other snapshot needs: what its removal would free
};

/// Sizes in compressed bytes, but for `plain_bytes`.
struct StoreSizes {
    std::vector<SnapshotSize> snapshots{}; ///< complete ones, oldest first, whatever their names
    ChunkCount needed{};                   ///< chunks that some snapshot needs, each once
    std::uint64_t saved_bytes = 0; ///< what reuse of chunks saved: the sum of `stored_bytes` less what is needed
    ChunkCount unneeded{};         ///< chunks in their place that no snapshot needs
    ChunkCount in_trash{};
};

/// Errors: bad_data when a snapshot cannot be read; as the store.
[[nodiscard]] Result<StoreSizes> measure_store(store::Store& store);

/// The verb.
[[nodiscard]] Result<cli::ExitCode> stats(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
