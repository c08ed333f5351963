#include "common/store/sealed_object.hpp"

#include "common/crypto/cipher.hpp"
#include "common/crypto/digest.hpp"
#include "common/store/content_name.hpp"

namespace sluice::store {

namespace {

constexpr std::string_view k_magic = "SLCE";
constexpr char k_kind = 1; // AES-256-GCM under a key by HKDF-SHA256
constexpr std::size_t k_number_at = k_magic.size() + 1;
constexpr std::size_t k_number_bytes = 8;
constexpr std::size_t k_digest_at = k_number_at + k_number_bytes;
constexpr std::size_t k_digest_bytes = 32;
constexpr std::size_t k_head_bytes = k_digest_at + k_digest_bytes;
static_assert(k_head_bytes + crypto::k_tag_bytes == k_seal_bytes);

// Ends the name: no key of an object has one.
constexpr std::string_view k_end("\0", 1);

// The name belongs into it: the same bytes under two names would else be sealed with one key, and two tags under one
// key and nonce betray what GCM authenticates with.
Result<std::string> digest_of(std::string const& store_key, std::string_view name, std::string_view plain) {
    TRY_ASSIGN(auto const key, crypto::derive_key(store_key, "", "sluice object digest 1"));
    return crypto::hmac_sha256(key, {name, k_end, plain});
}

// Out of a digest of all that is sealed with it, so that no other bytes ever are. Not out of the chunk's name: another
// version of zstd makes other bytes of the same content.
Result<std::string> key_of(std::string const& store_key, std::string_view digest) {
    return crypto::derive_key(store_key, digest, "sluice object 1");
}

std::string additional_of(std::string_view name, std::string_view head) {
    return std::string(name).append(k_end).append(head);
}

std::string head_of(std::string const& number, std::string_view digest) {
    std::string head(k_magic);
    head += k_kind;
    head += crypto::from_hex(number).value_or("");
    return head += digest;
}

} // namespace

std::string_view bound_name(std::string_view key) {
    std::string_view const last = key.substr(key.rfind('/') + 1);
    return is_content_name(last) ? last : key;
}

Result<std::string> seal_object(StoreKeys const& keys, std::string_view key, std::string_view plain) {
    std::string const& store_key = keys.sealing.at(keys.current);
    TRY_ASSIGN(auto const digest, digest_of(store_key, bound_name(key), plain));
    TRY_ASSIGN(auto const object_key, key_of(store_key, digest));
    std::string const head = head_of(keys.current, digest);
    return crypto::seal_behind(head, object_key, additional_of(bound_name(key), head), plain);
}

Result<std::string> open_object(StoreKeys const& keys, std::string_view key, std::string_view object,
                                std::string const& of) {
    std::string const name = "'" + std::string(key) + "' of " + of;
    if (!object.starts_with(k_magic)) {
        return fail(Errc::bad_data, name + " is not encrypted, though its store is",
                    "It was not written by Sluice with the store's key, and nothing plain is read here.");
    }
    if (object.size() < k_seal_bytes) {
        return fail(Errc::bad_data, name + " was cut short");
    }
    if (object[k_magic.size()] != k_kind) {
        return fail(Errc::bad_data, name + " is sealed in a way that this version does not know",
                    "Use a version of Sluice that knows it.");
    }
    auto const store_key = keys.sealing.find(crypto::hex(object.substr(k_number_at, k_number_bytes)));
    if (store_key == keys.sealing.end()) {
        return fail(Errc::bad_data,
                    name + " is sealed with a key that the store does not have: " +
                        crypto::hex(object.substr(k_number_at, k_number_bytes)),
                    "Somebody removed the key's file from 'keys/', or put in an object of another store.");
    }
    std::string_view const head = object.substr(0, k_head_bytes);
    TRY_ASSIGN(auto const object_key, key_of(store_key->second, head.substr(k_digest_at)));
    auto plain = crypto::open_sealed(object_key, additional_of(bound_name(key), head), object.substr(k_head_bytes));
    return plain ? Result<std::string>(*std::move(plain))
                 : fail(Errc::bad_data, name + " was changed after it was sealed",
                        "Damage, or somebody who may write to the store. Use another snapshot.");
}

} // namespace sluice::store
