#pragma once

#include "common/snapshot/manifest.hpp"
#include "common/store/store.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshot {

/// Plain bytes a chunk holds at most. 8 MiB is about the COPY text of 1,024 heap blocks, keeps one worker's buffers
/// near 16 MiB, and stays below the size where object stores want a multipart upload (reference/s3-feasibility.md).
inline constexpr std::uint64_t k_chunk_bytes = std::uint64_t{8} * 1024 * 1024;

/// The name of a chunk's object: its id, or, where it is stored as a difference, its id and that of its base, so that
/// one content has one name for each way to store it.
[[nodiscard]] std::string stored_name(std::vector<ChunkInfo> const& chunks, ChunkInfo const& chunk);

/// "chunks/ab/ab12…".
[[nodiscard]] std::string chunk_key(std::string_view stored_name);

/// Fetches one chunk of the list, and its base, and proves all hashes. Errors: bad_data, naming the chunk, when it is
/// missing, cut short or changed; as the store's otherwise.
[[nodiscard]] Result<void> read_chunk(store::Store& store, std::vector<ChunkInfo> const& chunks, ChunkInfo const& chunk,
                                      std::string& plain);

/// Reads pieces one after the other; one chunk is held at a time.
[[nodiscard]] Result<void> read_pieces(store::Store& store, std::vector<ChunkInfo> const& chunks,
                                       std::vector<Piece> const& pieces,
                                       std::function<Result<void>(std::string_view)> const& take);

} // namespace sluice::snapshot
