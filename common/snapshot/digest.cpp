#include "common/snapshot/digest.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <xxhash.h>

namespace sluice::snapshot {

void RowHash::add(std::string_view row) {
    XXH128_hash_t const hash = XXH3_128bits(row.data(), row.size());
    merge_sum(hash.low64, hash.high64);
}

void RowHash::merge(RowHash const& other) { merge_sum(other.m_low, other.m_high); }

void RowHash::merge_sum(std::uint64_t low, std::uint64_t high) {
    m_low += low;
    m_high += high + (m_low < low ? 1 : 0);
}

std::string RowHash::hex() const {
    std::array<char, 33> text{};
    std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(m_high),
                  static_cast<unsigned long long>(m_low));
    return text.data();
}

std::optional<RowHash> RowHash::from_hex(std::string_view text) {
    constexpr std::size_t half = 16;
    RowHash hash;
    bool const sound =
        text.size() == 2 * half &&
        std::from_chars(text.data(), text.data() + half, hash.m_high, half).ptr == text.data() + half &&
        std::from_chars(text.data() + half, text.data() + 2 * half, hash.m_low, half).ptr == text.data() + 2 * half;
    return sound ? std::optional(hash) : std::nullopt;
}

} // namespace sluice::snapshot
