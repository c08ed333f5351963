#include "common/snapshot/chunk.hpp"

#include "common/snapshot/compression.hpp"
#include "common/snapshot/digest.hpp"
#include "common/snapshot/trash.hpp"
#include "common/store/content_name.hpp"

#include <limits>

namespace sluice::snapshot {

std::string stored_name(std::vector<ChunkInfo> const& chunks, ChunkInfo const& chunk) {
    return chunk.base ? store::difference_name(chunk.id, chunks.at(*chunk.base).id) : chunk.id;
}

std::string chunk_key(std::string_view stored_name) {
    return "chunks/" + std::string(stored_name.substr(0, 2)) + "/" + std::string(stored_name);
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
