#include "common/snapshot/digest.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <openssl/evp.h>
#include <xxhash.h>

namespace sluice::snapshot {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string hex_of(Digest const& digest, unsigned int size) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(std::size_t{2} * size);
    for (unsigned int i = 0; i < size; ++i) {
        hex += {digits[digest.at(i) >> 4U], digits[digest.at(i) & 15U]};
    }
    return hex;
}

} // namespace

std::string sha256_hex(std::string_view bytes) {
    Digest digest{};
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return hex_of(digest, size);
}

void Sha256::Free::operator()(void* context) const { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }

Sha256::Sha256() : m_context(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(m_context.get()), EVP_sha256(), nullptr);
}

void Sha256::add(std::string_view bytes) {
    EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(m_context.get()), bytes.data(), bytes.size());
}

std::string Sha256::hex() {
    Digest digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(m_context.get()), digest.data(), &size);
    return hex_of(digest, size);
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
