#include "common/snapshot/chunk.hpp"
#include "common/snapshot/chunk_writer.hpp"
#include "common/snapshot/chunked_stream.hpp"

#include "common/snapshot/digest.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>
#include <set>
#include <thread>

namespace sluice::snapshot {
namespace {

using test::MemoryStore;
using test::must;

// Numbers that do not repeat within the sizes used here, so that chunks differ and compress as COPY text does.
std::string row_text(std::size_t size, std::uint64_t seed = 1) {
    std::string text;
    text.reserve(size + 32);
    for (std::uint64_t i = 0; text.size() < size; ++i) {
        text += std::to_string((i + seed) * 2654435761U) + "\t" + std::to_string(i) + "\n";
    }
    text.resize(size);
    return text;
}

std::string joined(MemoryStore& store, std::vector<ChunkInfo> const& chunks, std::vector<Piece> const& pieces) {
    std::string text;
    must(read_pieces(store, chunks, pieces, [&](std::string_view bytes) -> Result<void> {
        text += bytes;
        return {};
    }));
    return text;
}

ChunkInfo put_one(MemoryStore& store, std::string const& plain, std::vector<ChunkInfo> const& known = {}) {
    ChunkWriter writer(store, known);
    Compressor compressor;
    must(writer.put(plain, compressor));
    return writer.take_chunks().at(0);
}

TEST(ChunkKey, spreads_chunks_over_256_folders) { EXPECT_EQ(chunk_key("ab12"), "chunks/ab/ab12"); }

TEST(ChunkWriter, names_a_chunk_by_its_plain_bytes) {
    MemoryStore store;
    ChunkInfo const chunk = put_one(store, "abc");
    EXPECT_EQ(chunk.id, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(chunk.plain_bytes, 3U);
    std::string const& stored = store.objects.at("chunks/ba/" + chunk.id);
    EXPECT_EQ(chunk.stored_bytes, stored.size());
    EXPECT_EQ(chunk.stored_sha256, sha256_hex(stored));
}

TEST(ChunkWriter, stores_the_same_bytes_once) {
    MemoryStore store;
    ChunkWriter writer(store, {});
    Compressor compressor;
    EXPECT_EQ(must(writer.put("a", compressor)), 0U);
    EXPECT_EQ(must(writer.put("b", compressor)), 1U);
    EXPECT_EQ(must(writer.put("a", compressor)), 0U);
    EXPECT_EQ(store.writes, 2U);
    std::uint64_t const stored = store.objects.begin()->second.size() + store.objects.rbegin()->second.size();
    EXPECT_EQ(writer.written_bytes(), stored);
    EXPECT_EQ(writer.take_chunks().size(), 2U);
}

TEST(ChunkWriter, reuses_a_known_chunk_by_its_size_alone) {
    MemoryStore store;
    ChunkInfo const known = put_one(store, row_text(100'000));
    store.reads = 0;
    ChunkWriter writer(store, {known});
    Compressor compressor;
    must(writer.put(row_text(100'000), compressor));
    EXPECT_EQ(store.writes, 1U);
    EXPECT_EQ(store.reads, 0U);
    EXPECT_EQ(writer.written_bytes(), 0U);
    EXPECT_EQ(writer.take_chunks().at(0).stored_sha256, known.stored_sha256);
}

TEST(ChunkWriter, writes_a_known_chunk_again_that_was_cut_short) {
    MemoryStore store;
    ChunkInfo const known = put_one(store, row_text(100'000));
    store.objects.at(chunk_key(known.id)).resize(known.stored_bytes - 1);
    put_one(store, row_text(100'000), {known});
    std::string plain;
    must(read_chunk(store, {known}, known, plain));
    EXPECT_TRUE(plain == row_text(100'000));
}

TEST(ChunkWriter, writes_a_known_chunk_again_that_is_gone) {
    MemoryStore store;
    ChunkInfo const known = put_one(store, "abc");
    store.objects.clear();
    put_one(store, "abc", {known});
    EXPECT_TRUE(store.objects.contains(chunk_key(known.id)));
}

TEST(ChunkWriter, proves_a_chunk_that_a_killed_run_left_behind) {
    MemoryStore store;
    ChunkInfo const first = put_one(store, row_text(50'000));
    ChunkInfo const second = put_one(store, row_text(50'000));
    EXPECT_EQ(store.writes, 1U);
    EXPECT_EQ(store.reads, 1U);
    EXPECT_EQ(second.stored_sha256, first.stored_sha256);
    EXPECT_EQ(second.stored_bytes, first.stored_bytes);
}

TEST(ChunkWriter, replaces_a_leftover_that_is_not_what_its_name_says) {
    MemoryStore store;
    std::string const plain = row_text(50'000);
    ChunkInfo const sound = put_one(store, plain);
    std::string const other = store.objects.at(chunk_key(put_one(store, row_text(50'000, 99)).id));
    for (std::string const& damage : {std::string("junk"), std::string{}, other}) {
        store.objects[chunk_key(sound.id)] = damage;
        ChunkInfo const again = put_one(store, plain);
        std::string back;
        must(read_chunk(store, {again}, again, back));
        EXPECT_TRUE(back == plain);
    }
}

TEST(ChunkWriter, passes_on_what_the_store_says) {
    MemoryStore store;
    store.out_of_reach = true;
    ChunkWriter writer(store, {});
    Compressor compressor;
    EXPECT_EQ(writer.put("a", compressor).error().kind, Errc::temporary);
}

struct Damage {
    char const* what;
    void (*apply)(std::string& stored);
    char const* message;
};

TEST(ReadChunk, names_the_chunk_and_what_is_wrong_with_it) {
    MemoryStore store;
    ChunkInfo const chunk = put_one(store, row_text(10'000));
    std::string const sound = store.objects.at(chunk_key(chunk.id));
    for (Damage const& damage :
         {Damage{"truncated", [](std::string& stored) { stored.pop_back(); }, " bytes instead of "},
          Damage{"emptied", [](std::string& stored) { stored.clear(); }, "has 0 bytes instead of "},
          Damage{"flipped", [](std::string& stored) { stored[stored.size() / 2] ^= 1; }, "checksum does not match"},
          Damage{"flipped at the end", [](std::string& stored) { stored.back() ^= 4; }, "checksum does not match"}}) {
        store.objects[chunk_key(chunk.id)] = sound;
        damage.apply(store.objects[chunk_key(chunk.id)]);
        std::string plain;
        auto const outcome = read_chunk(store, {chunk}, chunk, plain);
        ASSERT_FALSE(outcome) << damage.what;
        EXPECT_EQ(outcome.error().kind, Errc::bad_data) << damage.what;
        EXPECT_NE(outcome.error().message.find(chunk.id), std::string::npos) << damage.what;
        EXPECT_NE(outcome.error().message.find(damage.message), std::string::npos) << outcome.error().message;
    }
}

TEST(ReadChunk, says_that_a_chunk_is_missing) {
    MemoryStore store;
    ChunkInfo const chunk = put_one(store, "abc");
    store.objects.clear();
    std::string plain;
    auto const outcome = read_chunk(store, {chunk}, chunk, plain);
    EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    EXPECT_EQ(outcome.error().message, "chunk '" + chunk.id + "' of store 'memory' is missing");
}

// Both checksums in the manifest would have to be forged; the name still gives it away.
TEST(ReadChunk, refuses_other_data_under_a_right_checksum) {
    MemoryStore store;
    ChunkInfo chunk = put_one(store, "abc");
    ChunkInfo const other = put_one(store, "xyz");
    store.objects[chunk_key(chunk.id)] = store.objects[chunk_key(other.id)];
    chunk.stored_sha256 = other.stored_sha256;
    chunk.stored_bytes = other.stored_bytes;
    std::string plain;
    auto const outcome = read_chunk(store, {chunk}, chunk, plain);
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.error().message.find("other data than its name says"), std::string::npos);
}

TEST(ReadChunk, does_not_call_a_store_out_of_reach_damage) {
    MemoryStore store;
    ChunkInfo const chunk = put_one(store, "abc");
    store.out_of_reach = true;
    std::string plain;
    EXPECT_EQ(read_chunk(store, {chunk}, chunk, plain).error().kind, Errc::temporary);
}

class ChunkedStreamTest : public testing::Test {
  protected:
    MemoryStore m_store{};
    ChunkWriter m_writer{m_store, {}};
    Compressor m_compressor{};
    ChunkedStream m_stream{m_writer, m_compressor};
};

TEST_F(ChunkedStreamTest, puts_several_small_parts_into_one_chunk) {
    must(m_stream.append("one\n"));
    m_stream.end_part(1);
    must(m_stream.append("two\n"));
    must(m_stream.append("three\n"));
    EXPECT_EQ(m_stream.bytes_in_part(), 10U);
    m_stream.end_part(2);
    auto const parts = must(m_stream.finish());
    auto const chunks = m_writer.take_chunks();
    ASSERT_EQ(chunks.size(), 1U);
    EXPECT_EQ(chunks[0].id, sha256_hex("one\ntwo\nthree\n"));
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].rows, 1U);
    EXPECT_EQ(joined(m_store, chunks, parts[0].pieces), "one\n");
    EXPECT_EQ(parts[1].rows, 2U);
    EXPECT_EQ(joined(m_store, chunks, parts[1].pieces), "two\nthree\n");
}

TEST_F(ChunkedStreamTest, carries_parts_over_the_border_of_a_chunk) {
    std::string const first = row_text(k_chunk_bytes - 5);
    std::string const second = row_text(2 * k_chunk_bytes, 7);
    must(m_stream.append(first));
    m_stream.end_part(1);
    must(m_stream.append(second));
    m_stream.end_part(2);
    auto const parts = must(m_stream.finish());
    auto const chunks = m_writer.take_chunks();
    ASSERT_EQ(chunks.size(), 3U);
    EXPECT_EQ(chunks[0].plain_bytes, k_chunk_bytes);
    EXPECT_EQ(chunks[1].plain_bytes, k_chunk_bytes);
    EXPECT_EQ(chunks[2].plain_bytes, k_chunk_bytes - 5);
    ASSERT_EQ(parts.at(1).pieces.size(), 3U);
    EXPECT_EQ(parts[1].pieces[0].offset, k_chunk_bytes - 5);
    EXPECT_EQ(parts[1].pieces[0].length, 5U);
    EXPECT_TRUE(joined(m_store, chunks, parts[0].pieces) == first);
    EXPECT_TRUE(joined(m_store, chunks, parts[1].pieces) == second);
}

TEST_F(ChunkedStreamTest, ends_a_part_exactly_at_the_border_without_an_empty_piece) {
    must(m_stream.append(row_text(k_chunk_bytes)));
    m_stream.end_part(1);
    must(m_stream.append("x"));
    m_stream.end_part(1);
    auto const parts = must(m_stream.finish());
    ASSERT_EQ(parts.at(0).pieces.size(), 1U);
    EXPECT_EQ(parts[0].pieces[0].length, k_chunk_bytes);
    ASSERT_EQ(parts.at(1).pieces.size(), 1U);
    EXPECT_EQ(parts[1].pieces[0].offset, 0U);
}

TEST_F(ChunkedStreamTest, gives_a_part_without_bytes_no_piece) {
    m_stream.end_part(0);
    auto const parts = must(m_stream.finish());
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_TRUE(parts[0].pieces.empty());
    EXPECT_TRUE(m_writer.take_chunks().empty());
}

TEST_F(ChunkedStreamTest, is_fresh_after_finish) {
    must(m_stream.append("one"));
    m_stream.end_part(1);
    [[maybe_unused]] auto const first = must(m_stream.finish());
    must(m_stream.append("two"));
    m_stream.end_part(1);
    auto const second = must(m_stream.finish());
    auto const chunks = m_writer.take_chunks();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].pieces.at(0).chunk, 1U);
    EXPECT_EQ(joined(m_store, chunks, second[0].pieces), "two");
}

// The chunk that comes again has a lower number than the one before it.
TEST_F(ChunkedStreamTest, finds_its_parts_when_a_chunk_comes_again) {
    std::string const same = row_text(k_chunk_bytes);
    std::string const other = row_text(k_chunk_bytes, 5);
    must(m_stream.append(same + other + same + "end"));
    m_stream.end_part(1);
    auto const parts = must(m_stream.finish());
    auto const chunks = m_writer.take_chunks();
    EXPECT_EQ(chunks.size(), 3U);
    EXPECT_TRUE(joined(m_store, chunks, parts.at(0).pieces) == same + other + same + "end");
}

TEST(ReadPieces, holds_one_chunk_and_fetches_it_once) {
    MemoryStore store;
    ChunkInfo const chunk = put_one(store, "abcdef");
    store.reads = 0;
    EXPECT_EQ(joined(store, {chunk}, {{0, 4, 2}, {0, 0, 3}}), "efabc");
    EXPECT_EQ(store.reads, 1U);
}

// A row that goes, or comes, in the middle costs the chunk around it; the cuts after it stay where they were.
TEST_F(ChunkedStreamTest, cuts_rows_so_that_one_row_less_moves_no_other_cut) {
    auto const chunks_without = [&](int left_out) {
        ChunkWriter writer(m_store, {});
        Compressor compressor;
        ChunkedStream stream(writer, compressor);
        for (int i = 0; i < 80'000; ++i) {
            if (i != left_out) {
                must(stream.append_row(std::to_string(i) + "\t" + std::string(80, static_cast<char>('a' + i % 7)) +
                                       "\n"));
            }
        }
        stream.end_part(80'000);
        must(stream.finish());
        std::set<std::string> ids;
        for (auto const& chunk : writer.take_chunks()) {
            EXPECT_LE(chunk.plain_bytes, k_chunk_bytes);
            ids.insert(chunk.id);
        }
        return ids;
    };
    auto const before = chunks_without(-1);
    auto const after = chunks_without(40'000);
    EXPECT_GE(before.size(), 3U) << "of some 6.8 MB";
    std::size_t common = 0;
    for (auto const& id : after) {
        common += before.contains(id) ? 1 : 0;
    }
    EXPECT_GE(common + 2, before.size());
    EXPECT_LT(common, before.size());
}

} // namespace
} // namespace sluice::snapshot
