#include "common/snapshot/stream_cutter.hpp"

#include "tests/support/must.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <iostream>
#include <numeric>
#include <random>
#include <set>
#include <vector>

namespace sluice::snapshot {
namespace {

using test::must;

constexpr std::size_t k_mebibyte = std::size_t{1024} * 1024;

std::string random_bytes(std::size_t count, unsigned seed) {
    std::mt19937_64 random(seed);
    std::string bytes(count, '\0');
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random()); });
    return bytes;
}

std::vector<std::string> cut(std::string_view bytes, std::size_t step = std::size_t{64} * 1024) {
    std::vector<std::string> chunks;
    StreamCutter cutter([&](std::string_view chunk) -> Result<void> {
        chunks.emplace_back(chunk);
        return {};
    });
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        must(cutter.append(bytes.substr(at, step)));
    }
    must(cutter.finish());
    return chunks;
}

/// The part of `later` that lies in chunks of `earlier`.
double reused(std::string_view earlier, std::string_view later) {
    auto const known = cut(earlier);
    std::set<std::string> const names(known.begin(), known.end());
    std::size_t bytes = 0;
    for (auto const& chunk : cut(later)) {
        bytes += names.contains(chunk) ? chunk.size() : 0;
    }
    return static_cast<double>(bytes) / static_cast<double>(later.size());
}

TEST(StreamCutter, hands_over_every_byte_once_and_in_order) {
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, StreamCutter::k_least - 1, StreamCutter::k_least,
                                   StreamCutter::k_average, StreamCutter::k_most + 1, 9 * k_mebibyte}) {
        std::string const bytes = random_bytes(size, 1);
        auto const chunks = cut(bytes);
        EXPECT_EQ(std::accumulate(chunks.begin(), chunks.end(), std::string()), bytes) << size;
    }
}

TEST(StreamCutter, cuts_at_the_same_places_however_the_bytes_come_in) {
    std::string const bytes = random_bytes(12 * k_mebibyte, 2);
    auto const whole = cut(bytes, bytes.size());
    for (std::size_t const step : {std::size_t{4099}, std::size_t{65536}, StreamCutter::k_most - 1}) {
        EXPECT_EQ(cut(bytes, step), whole) << step;
    }
}

TEST(StreamCutter, keeps_to_its_sizes) {
    auto const chunks = cut(random_bytes(64 * k_mebibyte, 3));
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        EXPECT_LE(chunks[i].size(), StreamCutter::k_most);
        EXPECT_TRUE(chunks[i].size() >= StreamCutter::k_least || i + 1 == chunks.size());
    }
    EXPECT_GT(chunks.size(), 64U / 2);
    EXPECT_LT(chunks.size(), 64U * 2);
    for (auto const& chunk : cut(std::string(20 * k_mebibyte, 'x'))) {
        EXPECT_EQ(chunk.size(), StreamCutter::k_most) << "bytes that never ask for a cut";
    }
}

// At most the chunk that is hit and the next two, of some 64: the cuts come together again where the content is the
// same.
TEST(StreamCutter, finds_the_old_cuts_again_after_a_change) {
    std::string const today = random_bytes(64 * k_mebibyte, 4);
    std::string inserted = today;
    inserted.insert(30 * k_mebibyte, "some bytes more");
    EXPECT_GT(reused(today, inserted), 0.94);
    std::string removed = today;
    removed.erase(10 * k_mebibyte, 1000);
    EXPECT_GT(reused(today, removed), 0.94);
    EXPECT_GT(reused(today, "a header" + today), 0.94);
    EXPECT_GT(reused(today, today + "a trailer"), 0.94);
    std::string replaced = today;
    replaced.replace(50 * k_mebibyte, 4, "four");
    EXPECT_GT(reused(today, replaced), 0.94);
    EXPECT_EQ(reused(today, random_bytes(64 * k_mebibyte, 5)), 0.0);
    std::cout << "reused after an insertion in the middle: " << reused(today, inserted) << '\n';
}

TEST(StreamCutter, ends_with_the_error_of_who_takes_the_chunks) {
    StreamCutter cutter([](std::string_view) { return fail(Errc::temporary, "the disk is full"); });
    EXPECT_EQ(cutter.append(std::string(StreamCutter::k_most, 'x')).error().kind, Errc::temporary);
}

} // namespace
} // namespace sluice::snapshot
