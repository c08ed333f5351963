#pragma once

#include "common/snapshot/compression.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/snapshot/similar_chunks.hpp"
#include "common/store/store.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshot {

/// Puts chunks into a store, each content once. Safe from several threads.
class ChunkWriter {
  public:
    /// `known` is the list of an earlier manifest: where the store still has a chunk of the same size, nothing is
    /// compressed or written, and what resembles one is stored as a difference to it.
    ChunkWriter(store::Store& store, std::vector<ChunkInfo> known);

    /// The chunk's number in `take_chunks`. `plain` holds 1 to `k_chunk_bytes` bytes.
    [[nodiscard]] Result<std::uint32_t> put(std::string_view plain, Compressor& compressor);

    /// All chunks that were put, and bases of these, in order of their numbers. Call once, at the end.
    [[nodiscard]] std::vector<ChunkInfo> take_chunks() { return std::move(m_chunks); }

    /// Bytes really written to the store so far.
    [[nodiscard]] std::uint64_t written_bytes();

  private:
    Result<ChunkInfo> store_chunk(std::string_view plain, std::string const& id, Compressor& compressor);
    Result<std::optional<ChunkInfo>> find_stored(std::string const& id, std::uint64_t plain_bytes);
    Result<std::optional<ChunkInfo>> find_difference(ChunkInfo const& known);
    Result<std::optional<ChunkInfo>> store_difference(std::string_view plain, ChunkInfo const& chunk,
                                                      Compressor& compressor);
    Result<void> write(std::string const& name, std::string_view frame);
    [[nodiscard]] std::optional<std::uint32_t> number_of_base(ChunkInfo const& base);

    store::Store& m_store;
    std::vector<ChunkInfo> m_known;
    std::map<std::string, std::size_t, std::less<>> m_known_numbers{};
    SimilarChunks m_similar;
    std::mutex m_guard{};
    std::map<std::string, std::uint32_t, std::less<>> m_numbers{};
    std::vector<ChunkInfo> m_chunks{};
    std::uint64_t m_written_bytes = 0;
};

} // namespace sluice::snapshot
