#include "common/snapshot/chunk.hpp"

#include "common/snapshot/digest.hpp"
#include "common/snapshot/trash.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <xxhash.h>

namespace sluice::snapshot {

bool is_chunk_id(std::string_view text) {
    constexpr std::size_t sha256_hex_digits = 64;
    return text.size() == sha256_hex_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string chunk_key(std::string_view id) { return "chunks/" + std::string(id.substr(0, 2)) + "/" + std::string(id); }

ChunkWriter::ChunkWriter(store::Store& store, std::vector<ChunkInfo> const& known) : m_store(store) {
    for (auto const& chunk : known) {
        m_known.emplace(chunk.id, chunk);
    }
}

Result<std::uint32_t> ChunkWriter::put(std::string_view plain, Compressor& compressor) {
    std::string id = m_store.content_name(plain);
    {
        std::lock_guard const lock(m_guard);
        if (auto const place = m_numbers.find(id); place != m_numbers.end()) {
            return place->second;
        }
    }
    TRY_ASSIGN(ChunkInfo info, store_chunk(plain, id, compressor));
    std::lock_guard const lock(m_guard);
    auto const [place, added] = m_numbers.emplace(std::move(id), static_cast<std::uint32_t>(m_chunks.size()));
    if (added) {
        m_chunks.push_back(std::move(info));
    }
    return place->second;
}

std::uint64_t ChunkWriter::written_bytes() {
    std::lock_guard const lock(m_guard);
    return m_written_bytes;
}

Result<ChunkInfo> ChunkWriter::store_chunk(std::string_view plain, std::string id, Compressor& compressor) {
    TRY_ASSIGN(auto const stored, find_stored(id, plain.size()));
    if (stored) {
        return *stored;
    }
    TRY_ASSIGN(std::string_view const frame, compressor.compress(plain));
    TRY(m_store.write(chunk_key(id), frame));
    std::lock_guard const lock(m_guard);
    m_written_bytes += frame.size();
    return ChunkInfo{std::move(id), sha256_hex(frame), plain.size(), frame.size()};
}

// A chunk counts as stored only if it is proved: by the size that an earlier manifest states for it, or, for what a
// killed run left behind, by reading it.
Result<std::optional<ChunkInfo>> ChunkWriter::find_stored(std::string const& id, std::uint64_t plain_bytes) {
    TRY_ASSIGN(auto const size, m_store.size(chunk_key(id)));
    if (!size) {
        return std::optional<ChunkInfo>{};
    }
    if (auto const place = m_known.find(id); place != m_known.end() && place->second.stored_bytes == *size) {
        return std::optional<ChunkInfo>{place->second};
    }
    auto const found = m_store.read(chunk_key(id));
    if (!found && found.error().kind != Errc::bad_data) { // a damaged one is written again
        return tl::unexpected<Error>(found.error());
    }
    auto const frame = found.value_or(std::nullopt);
    std::string again;
    if (!frame || !decompress(*frame, plain_bytes, again) || m_store.content_name(again) != id) {
        return std::optional<ChunkInfo>{};
    }
    return std::optional<ChunkInfo>{ChunkInfo{id, sha256_hex(*frame), plain_bytes, frame->size()}};
}

namespace {

constexpr char const* k_unusable = "Use another snapshot: this one cannot be restored.";

Result<void> check_frame(std::string const& frame, ChunkInfo const& chunk, std::string const& name) {
    if (frame.size() != chunk.stored_bytes) {
        return fail(Errc::bad_data,
                    name + " has " + std::to_string(frame.size()) + " bytes instead of " +
                        std::to_string(chunk.stored_bytes),
                    k_unusable);
    }
    return sha256_hex(frame) == chunk.stored_sha256
               ? Result<void>{}
               : fail(Errc::bad_data, name + " was changed: its checksum does not match", k_unusable);
}

Result<void> unpack(store::Store const& store, std::string const& frame, ChunkInfo const& chunk,
                    std::string const& name, std::string& plain) {
    TRY(decompress(frame, chunk.plain_bytes, plain).map_error(while_doing("reading " + name)));
    return store.content_name(plain) == chunk.id
               ? Result<void>{}
               : fail(Errc::bad_data, name + " holds other data than its name says", k_unusable);
}

} // namespace

// A chunk that was set aside and written again meanwhile may have been compressed by another version of zstd. Its name
// is proof enough of what it holds; the checksum of the stored bytes then only says what a bad one suffers from.
Result<void> read_chunk(store::Store& store, ChunkInfo const& chunk, std::string& plain) {
    TRY_ASSIGN(auto const frame, read_frame(store, chunk.id));
    std::string const name = "chunk '" + chunk.id + "' of " + store.description();
    if (!frame) {
        return fail(Errc::bad_data, name + " is missing", k_unusable);
    }
    auto unpacked = unpack(store, *frame, chunk, name, plain);
    if (unpacked) {
        return {};
    }
    TRY(check_frame(*frame, chunk, name));
    return unpacked;
}

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

Result<void> read_pieces(store::Store& store, std::vector<ChunkInfo> const& chunks, std::vector<Piece> const& pieces,
                         std::function<Result<void>(std::string_view)> const& take) {
    std::string plain;
    auto held = std::numeric_limits<std::uint32_t>::max();
    for (auto const& piece : pieces) {
        if (piece.chunk != held) {
            TRY(read_chunk(store, chunks.at(piece.chunk), plain));
            held = piece.chunk;
        }
        TRY(take(std::string_view(plain).substr(piece.offset, piece.length)));
    }
    return {};
}

} // namespace sluice::snapshot
