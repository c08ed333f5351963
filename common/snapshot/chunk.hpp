#pragma once

#include "common/snapshot/compression.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/snapshot/similar_chunks.hpp"
#include "common/store/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshot {

/// Plain bytes a chunk holds at most. 8 MiB is about the COPY text of 1,024 heap blocks, keeps one worker's buffers
/// near 16 MiB, and stays below the size where object stores want a multipart upload (reference/s3-feasibility.md).
inline constexpr std::uint64_t k_chunk_bytes = std::uint64_t{8} * 1024 * 1024;

/// Where rows are cut into chunks by their content: a change costs a chunk or two. Smaller ones cost requests and lines
/// in the manifest, and compress less.
inline constexpr std::uint64_t k_row_chunk_least = std::uint64_t{512} * 1024;
inline constexpr std::uint64_t k_row_chunk_average = k_row_chunk_least + std::uint64_t{1024} * 1024;

/// 64 lower-case hex digits.
[[nodiscard]] bool is_chunk_id(std::string_view text);

/// The name of a chunk's object: its id, or, where it is stored as a difference, its id and that of its base, so that
/// one content has one name for each way to store it.
[[nodiscard]] std::string stored_name(std::vector<ChunkInfo> const& chunks, ChunkInfo const& chunk);
[[nodiscard]] bool is_stored_name(std::string_view text);

/// "chunks/ab/ab12…".
[[nodiscard]] std::string chunk_key(std::string_view stored_name);

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

/// Fetches one chunk of the list, and its base, and proves all hashes. Errors: bad_data, naming the chunk, when it is
/// missing, cut short or changed; as the store's otherwise.
[[nodiscard]] Result<void> read_chunk(store::Store& store, std::vector<ChunkInfo> const& chunks, ChunkInfo const& chunk,
                                      std::string& plain);

/// Cuts a stream of rows into chunks and says where its parts came to lie. One thread.
class ChunkedStream {
  public:
    ChunkedStream(ChunkWriter& writer, Compressor& compressor) : m_writer(writer), m_compressor(compressor) {
        m_buffer.reserve(k_chunk_bytes);
    }

    [[nodiscard]] Result<void> append(std::string_view bytes);
    /// The same for one row. Ends a chunk after it where the row itself says so, so that a change in a range moves the
    /// cuts beside it and no others.
    [[nodiscard]] Result<void> append_row(std::string_view row);
    /// Ends a part: all that was appended since the last call, perhaps nothing.
    void end_part(std::uint64_t rows);
    [[nodiscard]] std::uint64_t bytes_in_part() const { return m_part_bytes; }
    /// Writes the last chunk and hands over the parts in order. The stream is then ready for new ones.
    [[nodiscard]] Result<std::vector<Part>> finish();

  private:
    Result<void> write_chunk();
    void close_piece();

    ChunkWriter& m_writer;
    Compressor& m_compressor;
    std::string m_buffer{};
    std::size_t m_piece_begin = 0;
    std::uint64_t m_part_bytes = 0;
    Part m_part{};
    std::vector<Part> m_parts{};
    std::vector<std::uint32_t> m_numbers{}; // of the chunks written; until finish, pieces count into this list
};

/// Reads pieces one after the other; one chunk is held at a time.
[[nodiscard]] Result<void> read_pieces(store::Store& store, std::vector<ChunkInfo> const& chunks,
                                       std::vector<Piece> const& pieces,
                                       std::function<Result<void>(std::string_view)> const& take);

} // namespace sluice::snapshot
