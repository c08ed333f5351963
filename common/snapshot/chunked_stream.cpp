#include "common/snapshot/chunked_stream.hpp"

#include "common/snapshot/chunk.hpp"

#include <xxhash.h>

namespace sluice::snapshot {

Result<void> ChunkedStream::append(std::string_view bytes) {
    m_part_bytes += bytes.size();
    while (!bytes.empty()) {
        auto const taken = bytes.substr(0, k_chunk_bytes - m_buffer.size());
        m_buffer.append(taken);
        bytes.remove_prefix(taken.size());
        if (m_buffer.size() == k_chunk_bytes) {
            TRY(write_chunk());
        }
    }
    return {};
}

namespace {

// As likely as the row is long, so that the average does not depend on how wide rows are.
bool ends_chunk(std::string_view row) {
    constexpr unsigned half = 32;
    constexpr std::uint64_t distance = k_row_chunk_average - k_row_chunk_least;
    std::uint64_t const drawn = XXH3_64bits(row.data(), row.size()) >> half;
    return drawn * distance < row.size() << half;
}

} // namespace

Result<void> ChunkedStream::append_row(std::string_view row) {
    TRY(append(row));
    return m_buffer.size() >= k_row_chunk_least && ends_chunk(row) ? write_chunk() : Result<void>{};
}

void ChunkedStream::end_part(std::uint64_t rows) {
    close_piece();
    m_part.rows = rows;
    m_parts.push_back(std::exchange(m_part, Part{}));
    m_part_bytes = 0;
}

Result<std::vector<Part>> ChunkedStream::finish() {
    TRY(write_chunk());
    for (auto& part : m_parts) {
        for (auto& piece : part.pieces) {
            piece.chunk = m_numbers.at(piece.chunk);
        }
    }
    m_numbers.clear();
    return std::exchange(m_parts, {});
}

Result<void> ChunkedStream::write_chunk() {
    close_piece();
    if (!m_buffer.empty()) {
        TRY_ASSIGN(auto const number, m_writer.put(m_buffer, m_compressor));
        m_numbers.push_back(number);
    }
    m_buffer.clear();
    m_piece_begin = 0;
    return {};
}

void ChunkedStream::close_piece() {
    if (m_buffer.size() > m_piece_begin) {
        m_part.pieces.push_back(
            {static_cast<std::uint32_t>(m_numbers.size()), m_piece_begin, m_buffer.size() - m_piece_begin});
        m_piece_begin = m_buffer.size();
    }
}

} // namespace sluice::snapshot
