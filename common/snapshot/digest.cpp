#include "common/snapshot/digest.hpp"

#include <array>
#include <cstdio>
#include <openssl/evp.h>
#include <xxhash.h>

namespace sluice::snapshot {

std::string sha256_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    hex.reserve(std::size_t{2} * size);
    for (unsigned int i = 0; i < size; ++i) {
        hex += {digits[digest.at(i) >> 4U], digits[digest.at(i) & 15U]};
    }
    return hex;
}

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

} // namespace sluice::snapshot
