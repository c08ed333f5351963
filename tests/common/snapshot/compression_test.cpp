#include "common/snapshot/compression.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

using test::must;

std::string text_of(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) {
        text += std::to_string(i * 2654435761U) + "\t";
    }
    text.resize(size);
    return text;
}

std::string frame_of(std::string const& plain) {
    Compressor compressor;
    return std::string(must(compressor.compress(plain)));
}

TEST(Compression, gives_back_what_went_in) {
    Compressor compressor;
    // Long, short, long: the compressor keeps its buffer between calls.
    for (std::size_t const size : {1'000'000U, 1U, 0U, 70'000U}) {
        std::string const plain = text_of(size);
        std::string back = "left from before";
        must(decompress(must(compressor.compress(plain)), size, back));
        EXPECT_TRUE(back == plain) << size;
    }
}

// RFC 8878 section 3.1.1: the magic number, and a frame that says how much it holds.
TEST(Compression, writes_a_frame_that_any_zstd_reads) { EXPECT_EQ(frame_of("abc").substr(0, 4), "\x28\xB5\x2F\xFD"); }

TEST(Compression, refuses_a_frame_that_was_cut_short) {
    std::string const frame = frame_of(text_of(5000));
    std::string plain;
    for (std::size_t const size : {std::size_t{0}, std::size_t{3}, frame.size() / 2, frame.size() - 1}) {
        auto const outcome = decompress(std::string_view(frame).substr(0, size), 5000, plain);
        ASSERT_FALSE(outcome) << size;
        EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    }
}

TEST(Compression, refuses_a_frame_of_another_size_than_stated) {
    std::string const frame = frame_of(text_of(5000));
    std::string plain;
    for (std::uint64_t const size : {0U, 4999U, 5001U}) {
        EXPECT_EQ(decompress(frame, size, plain).error().kind, Errc::bad_data) << size;
    }
}

TEST(Compression, refuses_what_is_no_frame) {
    std::string plain;
    EXPECT_EQ(decompress("COPY is not zstd", 16, plain).error().kind, Errc::bad_data);
}

} // namespace
} // namespace sluice::snapshot
