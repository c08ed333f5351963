#pragma once

#include "common/snapshot/chunk_writer.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/snapshot/source_view.hpp"

#include <functional>

namespace sluice::db_snapshot {

/// Reads all tables and large objects of the view with all its workers, stores them, and fills in `manifest.data` and
/// `manifest.large_object_data`. Memory: a chunk and its frame for each worker, and the largest row twice.
/// Where masks fail, the error names the table and holds no value. `progress` is called from all workers. Errors: as
/// COPY and the store.
[[nodiscard]] Result<void> read_all_rows(snapshot::SourceView& view, snapshot::ChunkWriter& writer,
                                         snapshot::Manifest& manifest,
                                         std::function<void(std::uint64_t bytes)> const& progress);

} // namespace sluice::db_snapshot
