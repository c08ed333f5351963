#pragma once

#include "common/snapshot/chunk.hpp"
#include "common/snapshot/chunk_writer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshot {

/// Where rows are cut into chunks by their content: a change costs a chunk or two. Smaller ones cost requests and lines
/// in the manifest, and compress less.
inline constexpr std::uint64_t k_row_chunk_least = std::uint64_t{512} * 1024;
inline constexpr std::uint64_t k_row_chunk_average = k_row_chunk_least + std::uint64_t{1024} * 1024;

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

} // namespace sluice::snapshot
