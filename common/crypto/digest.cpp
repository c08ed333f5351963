#include "common/crypto/digest.hpp"

#include <array>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace sluice::crypto {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

constexpr std::string_view k_digits = "0123456789abcdef";

std::string text_of(Digest const& digest, unsigned size) {
    return {digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(size)};
}

unsigned char const* bytes_of(std::string_view text) { return reinterpret_cast<unsigned char const*>(text.data()); }

} // namespace

std::string hex(std::string_view bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (char const byte : bytes) {
        auto const value = static_cast<unsigned char>(byte);
        text += {k_digits[value >> 4U], k_digits[value & 15U]};
    }
    return text;
}

std::optional<std::string> from_hex(std::string_view digits) {
    std::string bytes;
    if (digits.size() % 2 != 0) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        std::size_t const high = k_digits.find(digits[i]);
        std::size_t const low = k_digits.find(digits[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return std::nullopt;
        }
        bytes += static_cast<char>(high << 4U | low);
    }
    return bytes;
}

std::string sha256_hex(std::string_view bytes) {
    Digest digest{};
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return hex(text_of(digest, size));
}

bool is_sha256_hex(std::string_view text) {
    constexpr std::size_t digits = 64;
    return text.size() == digits && text.find_first_not_of(k_digits) == std::string_view::npos;
}

std::string hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts) {
    std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> const method(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                   EVP_MAC_free);
    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> const context(EVP_MAC_CTX_new(method.get()),
                                                                            EVP_MAC_CTX_free);
    std::string name = "SHA256";
    std::array<OSSL_PARAM, 2> const parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                               OSSL_PARAM_construct_end()};
    EVP_MAC_init(context.get(), bytes_of(key), key.size(), parameters.data());
    for (auto const part : parts) {
        EVP_MAC_update(context.get(), bytes_of(part), part.size());
    }
    Digest digest{};
    std::size_t size = 0;
    EVP_MAC_final(context.get(), digest.data(), &size, digest.size());
    return text_of(digest, static_cast<unsigned>(size));
}

std::string pbkdf2_sha256(std::string_view secret, std::string_view salt, int rounds, std::size_t size) {
    std::string key(size, '\0');
    PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), bytes_of(salt), static_cast<int>(salt.size()),
                      rounds, EVP_sha256(), static_cast<int>(size), reinterpret_cast<unsigned char*>(key.data()));
    return key;
}

bool equal_secretly(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
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
    return crypto::hex(text_of(digest, size));
}

} // namespace sluice::crypto
