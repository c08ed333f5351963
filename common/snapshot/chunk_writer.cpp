#include "common/snapshot/chunk_writer.hpp"

#include "common/snapshot/chunk.hpp"
#include "common/snapshot/digest.hpp"
#include "common/store/content_name.hpp"

namespace sluice::snapshot {

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
    auto const known = m_similar.base_for(*chunk.sketch, plain.size());
    if (!known) {
        return none;
    }
    std::string& base_plain = compressor.base_buffer();
    TRY_ASSIGN(auto const base, load_base(m_store, m_known.at(*known), base_plain));
    if (!base) {
        return none;
    }
    TRY_ASSIGN(std::string_view const frame, compressor.compress_against(base_plain, plain));
    auto const number = is_worth_it(frame.size(), plain.size(), *base) ? number_of_base(*base) : std::nullopt;
    if (!number) {
        return none;
    }
    TRY(write(store::difference_name(chunk.id, base->id), frame));
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

} // namespace sluice::snapshot
