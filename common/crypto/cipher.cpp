#include "common/crypto/cipher.hpp"

#include <array>
#include <memory>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace sluice::crypto {

namespace {

template <class T, void (*Free)(T*)> struct Freed {
    void operator()(T* thing) const { Free(thing); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>>;
using Pair = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using PairContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Derivation = std::unique_ptr<EVP_KDF, Freed<EVP_KDF, EVP_KDF_free>>;
using DerivationContext = std::unique_ptr<EVP_KDF_CTX, Freed<EVP_KDF_CTX, EVP_KDF_CTX_free>>;

constexpr std::array<unsigned char, 12> k_nonce{};

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
unsigned char const* bytes_of(std::string_view text) { return reinterpret_cast<unsigned char const*>(text.data()); }
int length_of(std::string_view text) { return static_cast<int>(text.size()); }

tl::unexpected<Error> broken(char const* what) { return fail(Errc::internal, std::string("OpenSSL cannot ") + what); }

OSSL_PARAM octets(char const* name, std::string& text) {
    return OSSL_PARAM_construct_octet_string(name, text.data(), text.size());
}

Pair pair_of(std::string_view secret) {
    return Pair(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, bytes_of(secret), secret.size()));
}

} // namespace

Result<std::string> random_key() {
    std::string key(k_key_bytes, '\0');
    return RAND_bytes(bytes_of(key), length_of(key)) == 1 ? Result<std::string>(std::move(key))
                                                          : broken("give random bytes");
}

Result<std::string> derive_key(std::string_view secret, std::string_view salt, std::string_view info) {
    Derivation const method(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr));
    DerivationContext const context(EVP_KDF_CTX_new(method.get()));
    // OpenSSL takes no constant bytes here, though it only reads them.
    std::string digest = "SHA256";
    std::string own_secret(secret);
    std::string own_salt(salt);
    std::string own_info(info);
    std::array<OSSL_PARAM, 5> const parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        octets(OSSL_KDF_PARAM_KEY, own_secret), octets(OSSL_KDF_PARAM_SALT, own_salt),
        octets(OSSL_KDF_PARAM_INFO, own_info), OSSL_PARAM_construct_end()};
    std::string key(k_key_bytes, '\0');
    bool const done = context && EVP_KDF_derive(context.get(), bytes_of(key), key.size(), parameters.data()) == 1;
    return done ? Result<std::string>(std::move(key)) : broken("derive a key");
}

Result<std::string> seal_once(std::string_view key, std::string_view additional, std::string_view plain) {
    return seal_behind({}, key, additional, plain);
}

Result<std::string> seal_behind(std::string head, std::string_view key, std::string_view additional,
                                std::string_view plain) {
    CipherContext const context(EVP_CIPHER_CTX_new());
    std::size_t const begin = head.size();
    std::string sealed = std::move(head);
    sealed.resize(begin + plain.size() + k_tag_bytes);
    unsigned char* const out = bytes_of(sealed) + begin;
    int size = 0;
    bool const done =
        key.size() == k_key_bytes && context &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), k_nonce.data()) == 1 &&
        EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(additional), length_of(additional)) == 1 &&
        EVP_EncryptUpdate(context.get(), out, &size, bytes_of(plain), length_of(plain)) == 1 &&
        EVP_EncryptFinal_ex(context.get(), out + plain.size(), &size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, k_tag_bytes, out + plain.size()) == 1;
    return done ? Result<std::string>(std::move(sealed)) : broken("encrypt");
}

std::optional<std::string> open_sealed(std::string_view key, std::string_view additional, std::string_view sealed) {
    if (sealed.size() < k_tag_bytes || key.size() != k_key_bytes) {
        return std::nullopt;
    }
    CipherContext const context(EVP_CIPHER_CTX_new());
    std::string_view const cipher = sealed.substr(0, sealed.size() - k_tag_bytes);
    std::string tag(sealed.substr(cipher.size()));
    std::string plain(cipher.size(), '\0');
    int size = 0;
    bool const sound =
        context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), k_nonce.data()) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(additional), length_of(additional)) == 1 &&
        EVP_DecryptUpdate(context.get(), bytes_of(plain), &size, bytes_of(cipher), length_of(cipher)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, k_tag_bytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + plain.size(), &size) == 1;
    return sound ? std::optional(std::move(plain)) : std::nullopt;
}

Result<std::string> public_key(std::string_view secret) {
    Pair const pair = pair_of(secret);
    std::string key(k_key_bytes, '\0');
    std::size_t size = key.size();
    return pair && EVP_PKEY_get_raw_public_key(pair.get(), bytes_of(key), &size) == 1
               ? Result<std::string>(std::move(key))
               : broken("make a public key");
}

Result<std::string> shared_secret(std::string_view secret, std::string_view other_public_key) {
    Pair const own = pair_of(secret);
    Pair const other(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, bytes_of(other_public_key), other_public_key.size()));
    PairContext const context(EVP_PKEY_CTX_new(own.get(), nullptr));
    std::string shared(k_key_bytes, '\0');
    std::size_t size = shared.size();
    // OpenSSL refuses the few points of small order, as RFC 7748 section 6.1 asks for.
    bool const done = other && context && EVP_PKEY_derive_init(context.get()) == 1 &&
                      EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1 &&
                      EVP_PKEY_derive(context.get(), bytes_of(shared), &size) == 1;
    return done ? Result<std::string>(std::move(shared)) : fail(Errc::bad_data, "not a public key of X25519");
}

} // namespace sluice::crypto
