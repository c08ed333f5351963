#include "common/snapshot/sketch.hpp"

#include <algorithm>
#include <charconv>
#include <xxhash.h>

namespace sluice::snapshot {

namespace {

constexpr std::size_t k_digits = 8;

// Four numbers of one hash: it is the hash that costs. The second half is mixed once more (the finalizer of
// SplitMix64).
std::array<std::uint32_t, Sketch::k_numbers> numbers_of(std::string_view line) {
    constexpr unsigned half = 32;
    std::uint64_t const first = XXH3_64bits(line.data(), line.size());
    std::uint64_t second = (first ^ (first >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    second = (second ^ (second >> 27U)) * 0x94d049bb133111ebULL;
    second ^= second >> 31U;
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first >> half),
            static_cast<std::uint32_t>(second), static_cast<std::uint32_t>(second >> half)};
}

} // namespace

Sketch sketch_of(std::string_view plain) {
    Sketch sketch;
    sketch.least.fill(UINT32_MAX);
    while (!plain.empty()) {
        auto const line = plain.substr(0, std::min(plain.find('\n'), plain.size() - 1) + 1);
        auto const numbers = numbers_of(line);
        for (std::size_t i = 0; i < Sketch::k_numbers; ++i) {
            sketch.least.at(i) = std::min(sketch.least.at(i), numbers.at(i));
        }
        plain.remove_prefix(line.size());
    }
    return sketch;
}

std::string to_text(Sketch const& sketch) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr unsigned bits_of_a_digit = 4;
    std::string text;
    for (auto const number : sketch.least) {
        for (std::size_t i = k_digits; i-- > 0;) {
            text += digits[(number >> (i * bits_of_a_digit)) % digits.size()];
        }
    }
    return text;
}

std::optional<Sketch> parse_sketch(std::string_view text) {
    Sketch sketch;
    constexpr int base = 16;
    for (std::size_t i = 0; i < Sketch::k_numbers && text.size() == Sketch::k_numbers * k_digits; ++i) {
        auto const part = text.substr(i * k_digits, k_digits);
        std::from_chars(part.data(), part.data() + part.size(), sketch.least.at(i), base);
    }
    // The writer's own text is the only one that counts.
    return to_text(sketch) == text ? std::optional(sketch) : std::nullopt;
}

} // namespace sluice::snapshot
