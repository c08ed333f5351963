// Chunks in an encrypted store: their names, what replaces a damaged one, and the way through the trash.
#include "common/crypto/digest.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/chunk_writer.hpp"
#include "common/snapshot/trash.hpp"
#include "common/store/content_name.hpp"
#include "common/store/sealed_store.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

using test::must;

store::StoreKeys keys(char naming = 'n', char sealing = 'k') {
    store::StoreKeys keys;
    keys.naming = std::string(32, naming);
    keys.sealing["00000000000000a1"] = std::string(32, sealing);
    keys.current = "00000000000000a1";
    return keys;
}

class SealedChunks : public testing::Test {
  protected:
    ChunkInfo put(std::vector<ChunkInfo> const& known = {}) {
        ChunkWriter writer(m_store, known);
        Compressor compressor;
        must(writer.put(m_plain, compressor));
        return writer.take_chunks().at(0);
    }
    Result<void> read(ChunkInfo const& chunk) {
        std::string plain;
        TRY(read_chunk(m_store, {chunk}, chunk, plain));
        EXPECT_TRUE(plain == m_plain);
        return {};
    }
    std::string& object(ChunkInfo const& chunk) { return m_inner.objects.at(chunk_key(chunk.id)); }

    std::unique_ptr<test::MemoryStore> m_owned = std::make_unique<test::MemoryStore>();
    test::MemoryStore& m_inner = *m_owned;
    store::SealedStore m_store{std::move(m_owned), keys()};
    std::string m_plain = std::string(50'000, 'x') + "rows";
};

TEST_F(SealedChunks, have_a_name_that_only_the_key_makes) {
    auto const chunk = put();
    EXPECT_TRUE(crypto::is_sha256_hex(chunk.id));
    EXPECT_NE(chunk.id, crypto::sha256_hex(m_plain));
    store::SealedStore const other(std::make_unique<test::MemoryStore>(), keys('m'));
    EXPECT_NE(other.content_name(m_plain), chunk.id);
    must(read(chunk));
}

// Sealed for both names in its own: it can be moved, and neither be taken for a whole chunk nor for another difference.
TEST_F(SealedChunks, may_be_differences) {
    std::string rows;
    for (int i = 0; i < 5000; ++i) {
        rows += std::to_string(i * 7919) + "\tas ever\n";
    }
    m_plain = rows;
    auto const base = put();
    m_plain.replace(m_plain.size() / 2, 3, "new");
    ChunkWriter writer(m_store, {base});
    Compressor compressor;
    must(writer.put(m_plain, compressor));
    auto const chunks = writer.take_chunks();
    ASSERT_EQ(chunks.size(), 2U);
    std::string const name = stored_name(chunks, chunks.at(1));
    ASSERT_TRUE(store::is_content_name(name) && name.size() > 64) << name;
    std::string plain;
    must(m_store.move(chunk_key(name), "trash/20261122T001530Z-3f9a/" + name));
    must(read_chunk(m_store, chunks, chunks.at(1), plain));
    EXPECT_TRUE(plain == m_plain);
    must(m_inner.move("trash/20261122T001530Z-3f9a/" + name, chunk_key(chunks.at(1).id)));
    EXPECT_EQ(m_store.read(chunk_key(chunks.at(1).id)).error().kind, Errc::bad_data);
}

TEST_F(SealedChunks, are_found_again_and_not_written_twice) {
    auto const chunk = put();
    put({chunk});
    put();
    EXPECT_EQ(m_inner.writes, 1U);
}

TEST_F(SealedChunks, are_written_again_where_they_are_damaged) {
    auto const sound = put();
    std::string const bytes = object(sound);
    std::string changed = bytes;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    std::string unsealed;
    {
        Compressor compressor;
        unsealed = must(compressor.compress(m_plain));
    }
    for (std::string const& damage :
         {changed, bytes.substr(0, bytes.size() / 2), std::string("junk"), std::string{}, unsealed}) {
        object(sound) = damage;
        EXPECT_EQ(read(sound).error().kind, Errc::bad_data);
        must(read(put()));
        EXPECT_EQ(object(sound), bytes) << "the same bytes as before";
    }
}

TEST_F(SealedChunks, prove_by_their_name_that_they_hold_what_they_should) {
    auto const chunk = put();
    // Sealed rightly, under the right name, and other content: somebody with the key, or a bug.
    Compressor compressor;
    must(m_store.write(chunk_key(chunk.id), must(compressor.compress(std::string(m_plain.size(), 'y')))));
    EXPECT_EQ(read(chunk).error().kind, Errc::bad_data);
}

TEST_F(SealedChunks, are_readable_in_the_trash_and_after_it) {
    auto const chunk = put();
    std::string const bytes = object(chunk);
    std::string const aside = trash_key("20261122T001530Z-3f9a", chunk.id);
    EXPECT_TRUE(must(m_store.move(chunk_key(chunk.id), aside)));
    EXPECT_EQ(m_inner.objects.at(aside), bytes) << "moved as it is";
    must(read(chunk));
    EXPECT_TRUE(must(m_store.move(aside, chunk_key(chunk.id))));
    must(read(chunk));
}

} // namespace
} // namespace sluice::snapshot
