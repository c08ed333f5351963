// Chunks that are stored as a difference to one of an earlier snapshot.

#include "common/crypto/digest.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/chunk_writer.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>
#include <random>

namespace sluice::snapshot {
namespace {

using test::MemoryStore;
using test::must;

// One mebibyte of rows that compress as COPY text does; every `changed`th is another (0: none).
std::string rows(std::uint64_t seed, std::uint64_t changed = 0) {
    std::string text;
    std::mt19937_64 random(seed);
    for (std::uint64_t i = 0; i < 16'000; ++i) {
        std::uint64_t const value = random();
        text += std::to_string(i) + "\t" + std::to_string(value) + "\tan order of the house\t" +
                (changed != 0 && i % changed == 7 ? std::to_string(value * 31) : "waiting") + "\n";
    }
    return text;
}

// What one snapshot puts, with the chunks of the one before.
std::vector<ChunkInfo> take(MemoryStore& store, std::vector<std::string> const& contents,
                            std::vector<ChunkInfo> const& known = {}) {
    ChunkWriter writer(store, known);
    Compressor compressor;
    for (auto const& plain : contents) {
        must(writer.put(plain, compressor));
    }
    return writer.take_chunks();
}

std::string read_back(MemoryStore& store, std::vector<ChunkInfo> const& chunks, std::size_t number) {
    std::string plain;
    must(read_chunk(store, chunks, chunks.at(number), plain));
    return plain;
}

TEST(Difference, of_one_row_in_a_hundred_takes_three_percent) {
    MemoryStore store;
    auto const first = take(store, {rows(1)});
    auto const second = take(store, {rows(1, 100)}, first);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(second.at(0).id, first.at(0).id) << "the base is listed, so that no prune takes it away";
    EXPECT_EQ(second.at(1).base, 0U);
    EXPECT_LT(second.at(1).stored_bytes * 100, first.at(0).stored_bytes * 3);
    EXPECT_TRUE(store.objects.contains(chunk_key(second.at(1).id + "-" + first.at(0).id)));
    EXPECT_TRUE(read_back(store, second, 1) == rows(1, 100));
    EXPECT_TRUE(read_back(store, second, 0) == rows(1));
}

TEST(Difference, is_to_the_chunk_that_is_alike_wherever_it_comes_from) {
    MemoryStore store;
    auto const first = take(store, {rows(1), rows(2), rows(3)});
    auto const second = take(store, {rows(3, 100), rows(1, 100)}, first);
    ASSERT_EQ(second.size(), 4U);
    for (auto const& chunk : second) {
        if (chunk.base) {
            auto const& expected = chunk.id == crypto::sha256_hex(rows(1, 100)) ? first.at(0) : first.at(2);
            EXPECT_EQ(second.at(*chunk.base).id, expected.id);
        }
    }
}

TEST(Difference, is_not_made_where_it_would_not_halve_the_bytes) {
    MemoryStore store;
    auto const first = take(store, {rows(1)});
    auto const second = take(store, {rows(1).substr(0, 300'000) + rows(9)}, first);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_FALSE(second.at(0).base);
    EXPECT_TRUE(read_back(store, second, 0) == rows(1).substr(0, 300'000) + rows(9));
}

// Else a reader would have to follow a chain as long as the snapshots are many.
TEST(Difference, is_never_to_a_difference) {
    MemoryStore store;
    auto const first = take(store, {rows(1)});
    auto const second = take(store, {rows(1, 100)}, first);
    auto const third = take(store, {rows(1, 50)}, second);
    ASSERT_EQ(third.size(), 2U);
    EXPECT_EQ(third.at(*third.at(1).base).id, first.at(0).id);
    EXPECT_TRUE(read_back(store, third, 1) == rows(1, 50));
}

TEST(Difference, is_found_again_by_its_size_and_its_base_s) {
    MemoryStore store;
    auto const first = take(store, {rows(1)});
    auto const second = take(store, {rows(1, 100)}, first);
    auto const objects = store.objects;
    store.reads = 0;
    store.writes = 0;
    auto const third = take(store, {rows(1, 100)}, second);
    EXPECT_EQ(store.writes, 0U);
    EXPECT_EQ(store.reads, 0U);
    EXPECT_TRUE(store.objects == objects);
    ASSERT_EQ(third.size(), 2U);
    EXPECT_TRUE(read_back(store, third, third.at(0).base ? 0 : 1) == rows(1, 100));
}

TEST(Difference, is_not_relied_on_when_it_or_its_base_is_gone_or_damaged) {
    for (int const damage : {0, 1, 2, 3}) {
        MemoryStore store;
        auto const first = take(store, {rows(1)});
        auto const second = take(store, {rows(1, 100)}, first);
        std::string const key = chunk_key(damage % 2 == 0 ? stored_name(second, second.at(1)) : first.at(0).id);
        if (damage < 2) {
            store.objects.erase(key);
        } else {
            store.objects.at(key).pop_back();
        }
        auto const third = take(store, {rows(1, 100)}, second);
        std::size_t const number = third.at(0).id == second.at(1).id ? 0 : 1;
        EXPECT_TRUE(read_back(store, third, number) == rows(1, 100)) << damage;
    }
}

// What is set aside may be freed at any moment; a run must find what it relies on in its place.
TEST(Difference, is_not_made_to_what_lies_in_the_trash) {
    MemoryStore store;
    auto const first = take(store, {rows(1)});
    must(store.move(chunk_key(first.at(0).id), "trash/20261122T001530Z-3f9a/" + first.at(0).id));
    auto const second = take(store, {rows(1, 100)}, first);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_FALSE(second.at(0).base);
}

TEST(Difference, names_the_base_when_that_is_what_is_missing) {
    MemoryStore store;
    auto const first = take(store, {rows(1)});
    auto const second = take(store, {rows(1, 100)}, first);
    store.objects.erase(chunk_key(first.at(0).id));
    std::string plain;
    auto const outcome = read_chunk(store, second, second.at(1), plain);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    EXPECT_EQ(outcome.error().message, "chunk '" + first.at(0).id + "' of store 'memory' is missing");
}

TEST(Difference, that_was_changed_is_found_out) {
    MemoryStore store;
    auto const first = take(store, {rows(1)});
    auto const second = take(store, {rows(1, 100)}, first);
    auto& stored = store.objects.at(chunk_key(stored_name(second, second.at(1))));
    for (std::size_t at = 0; at < stored.size(); at += 97) {
        stored.at(at) = static_cast<char>(stored.at(at) ^ 4);
        std::string plain;
        auto const outcome = read_chunk(store, second, second.at(1), plain);
        ASSERT_FALSE(outcome) << at;
        EXPECT_EQ(outcome.error().kind, Errc::bad_data);
        stored.at(at) = static_cast<char>(stored.at(at) ^ 4);
    }
}

// Changes pile up against one base until a difference to it is no longer worth it; then a chunk is stored whole anew.
TEST(Difference, gives_way_to_a_whole_chunk_as_changes_add_up) {
    MemoryStore store;
    auto known = take(store, {rows(1)});
    std::string content = rows(1);
    std::string const other = rows(2);
    bool whole_again = false;
    for (std::size_t share = 1; share <= 9 && !whole_again; ++share) {
        std::size_t const cut = content.size() * share / 10;
        content = other.substr(0, other.rfind('\n', cut) + 1) + rows(1).substr(rows(1).rfind('\n', cut) + 1);
        known = take(store, {content}, known);
        whole_again = !known.back().base;
        EXPECT_TRUE(read_back(store, known, known.size() - 1) == content);
        EXPECT_LE(known.size(), 2U);
    }
    EXPECT_TRUE(whole_again);
}

} // namespace
} // namespace sluice::snapshot
