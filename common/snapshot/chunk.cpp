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

std::string stored_name(std::vector<ChunkInfo> const& chunks, ChunkInfo const& chunk) {
    return chunk.base ? chunk.id + "-" + chunks.at(*chunk.base).id : chunk.id;
}

bool is_stored_name(std::string_view text) {
    auto const dash = text.find('-');
    return is_chunk_id(text.substr(0, dash)) && (dash == std::string_view::npos || is_chunk_id(text.substr(dash + 1)));
}

std::string chunk_key(std::string_view stored_name) {
    return "chunks/" + std::string(stored_name.substr(0, 2)) + "/" + std::string(stored_name);
}

ChunkWriter::ChunkWriter(store::Store& store, std::vector<ChunkInfo> known)
    : m_store(store), m_known(std::move(known)), m_similar(m_known) {
    for (std::size_t number = 0; number < m_known.size(); ++number) {
        m_known_numbers.emplace(m_known[number].id, number);
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

Result<ChunkInfo> ChunkWriter::store_chunk(std::string_view plain, std::string const& id, Compressor& compressor) {
    TRY_ASSIGN(auto stored, find_stored(id, plain.size()));
    if (stored && stored->sketch) {
        return *std::move(stored);
    }
    ChunkInfo chunk = stored.value_or(ChunkInfo{id, "", plain.size(), 0});
    chunk.sketch = sketch_of(plain);
    if (stored) {
        return chunk;
    }
    TRY_ASSIGN(auto difference, store_difference(plain, chunk, compressor));
    if (difference) {
        return *std::move(difference);
    }
    TRY_ASSIGN(std::string_view const frame, compressor.compress(plain));
    TRY(write(id, frame));
    chunk.stored_sha256 = sha256_hex(frame);
    chunk.stored_bytes = frame.size();
    return chunk;
}

Result<void> ChunkWriter::write(std::string const& name, std::string_view frame) {
    TRY(m_store.write(chunk_key(name), frame));
    std::lock_guard const lock(m_guard);
    m_written_bytes += frame.size();
    return {};
}

namespace {

// What is damaged is as good as not there: it is written again.
Result<std::optional<std::string>> read_for_reuse(store::Store& store, std::string const& key) {
    auto found = store.read(key);
    bool const damaged = !found && found.error().kind == Errc::bad_data;
    return damaged ? Result<std::optional<std::string>>{std::nullopt} : std::move(found);
}

// Read where it belongs, never from the trash: only what is found in its place may be relied on by a run (60).
Result<std::optional<ChunkInfo>> load_base(store::Store& store, ChunkInfo base, std::string& plain) {
    TRY_ASSIGN(auto const frame, read_for_reuse(store, chunk_key(base.id)));
    if (!frame || !decompress(*frame, base.plain_bytes, plain)) {
        return std::optional<ChunkInfo>{};
    }
    // The stored bytes are the fewer to hash; others than those of the manifest may still be good (61).
    std::string stored_sha256 = sha256_hex(*frame);
    if (stored_sha256 != base.stored_sha256 && store.content_name(plain) != base.id) {
        return std::optional<ChunkInfo>{};
    }
    base.stored_sha256 = std::move(stored_sha256);
    base.stored_bytes = frame->size();
    return std::optional<ChunkInfo>{std::move(base)};
}

// Less than half of what the chunk would take whole, as its base does: else changes add up until nothing is saved.
bool is_worth_it(std::size_t difference_bytes, std::size_t plain_bytes, ChunkInfo const& base) {
    return 2 * difference_bytes * base.plain_bytes < base.stored_bytes * plain_bytes;
}

} // namespace

Result<std::optional<ChunkInfo>> ChunkWriter::store_difference(std::string_view plain, ChunkInfo const& chunk,
                                                               Compressor& compressor) {
    std::optional<ChunkInfo> const none;
    auto const known = m_similar.base_for(*chunk.sketch);
    if (!known) {
        return none;
    }
    std::string base_plain;
    TRY_ASSIGN(auto const base, load_base(m_store, m_known.at(*known), base_plain));
    if (!base) {
        return none;
    }
    TRY_ASSIGN(std::string_view const frame, compressor.compress_against(base_plain, plain));
    auto const number = is_worth_it(frame.size(), plain.size(), *base) ? number_of_base(*base) : std::nullopt;
    if (!number) {
        return none;
    }
    TRY(write(chunk.id + "-" + base->id, frame));
    return std::optional(ChunkInfo{chunk.id, sha256_hex(frame), plain.size(), frame.size(), chunk.sketch, number});
}

// Nothing where this run itself has stored the same content as a difference.
std::optional<std::uint32_t> ChunkWriter::number_of_base(ChunkInfo const& base) {
    std::lock_guard const lock(m_guard);
    auto const [place, added] = m_numbers.emplace(base.id, static_cast<std::uint32_t>(m_chunks.size()));
    if (added) {
        m_chunks.push_back(base);
    }
    return m_chunks.at(place->second).base ? std::nullopt : std::optional(place->second);
}

// A chunk counts as stored only if it is proved: by the size that an earlier manifest states for it, or, for what a
// killed run left behind, by reading it.
Result<std::optional<ChunkInfo>> ChunkWriter::find_stored(std::string const& id, std::uint64_t plain_bytes) {
    auto const place = m_known_numbers.find(id);
    ChunkInfo const* const known = place == m_known_numbers.end() ? nullptr : &m_known[place->second];
    if (known != nullptr && known->base) {
        TRY_ASSIGN(auto found, find_difference(*known));
        if (found) {
            return found;
        }
    }
    TRY_ASSIGN(auto const size, m_store.size(chunk_key(id)));
    if (!size) {
        return std::optional<ChunkInfo>{};
    }
    if (known != nullptr && !known->base && known->stored_bytes == *size) {
        return std::optional<ChunkInfo>{*known};
    }
    TRY_ASSIGN(auto const frame, read_for_reuse(m_store, chunk_key(id)));
    std::string again;
    if (!frame || !decompress(*frame, plain_bytes, again) || m_store.content_name(again) != id) {
        return std::optional<ChunkInfo>{};
    }
    return std::optional<ChunkInfo>{ChunkInfo{id, sha256_hex(*frame), plain_bytes, frame->size(), sketch_of(again)}};
}

// As stored as its base is.
Result<std::optional<ChunkInfo>> ChunkWriter::find_difference(ChunkInfo const& known) {
    TRY_ASSIGN(auto const size, m_store.size(chunk_key(stored_name(m_known, known))));
    if (size != known.stored_bytes) {
        return std::optional<ChunkInfo>{};
    }
    ChunkInfo const& known_base = m_known.at(*known.base);
    TRY_ASSIGN(auto const base, find_stored(known_base.id, known_base.plain_bytes));
    auto const number = base ? number_of_base(*base) : std::nullopt;
    ChunkInfo found = known;
    found.base = number;
    return number ? std::optional(std::move(found)) : std::nullopt;
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
                    std::string const& name, std::string_view base, std::string& plain) {
    TRY(decompress(frame, chunk.plain_bytes, plain, base).map_error(while_doing("reading " + name)));
    return store.content_name(plain) == chunk.id
               ? Result<void>{}
               : fail(Errc::bad_data, name + " holds other data than its name says", k_unusable);
}

} // namespace

// A chunk that was set aside and written again meanwhile may have been compressed by another version of zstd. Its name
// is proof enough of what it holds; the checksum of the stored bytes then only says what a bad one suffers from.
Result<void> read_chunk(store::Store& store, std::vector<ChunkInfo> const& chunks, ChunkInfo const& chunk,
                        std::string& plain) {
    std::string base;
    if (chunk.base) {
        TRY(read_chunk(store, chunks, chunks.at(*chunk.base), base));
    }
    std::string const stored = stored_name(chunks, chunk);
    TRY_ASSIGN(auto const frame, read_frame(store, stored));
    std::string const name = "chunk '" + stored + "' of " + store.description();
    if (!frame) {
        return fail(Errc::bad_data, name + " is missing", k_unusable);
    }
    auto unpacked = unpack(store, *frame, chunk, name, base, plain);
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
            TRY(read_chunk(store, chunks, chunks.at(piece.chunk), plain));
            held = piece.chunk;
        }
        TRY(take(std::string_view(plain).substr(piece.offset, piece.length)));
    }
    return {};
}

} // namespace sluice::snapshot
