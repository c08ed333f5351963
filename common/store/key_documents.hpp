#pragma once

#include "common/json/json.hpp"
#include "common/result/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::store {

inline constexpr char const* k_store_file = "store.json";
inline constexpr char const* k_keys_folder = "keys/";
inline constexpr unsigned k_plain_format = 1;
inline constexpr unsigned k_encrypted_format = 2;

/// Who can open the store: `root` is the store's root secret, sealed with his key.
struct Recipient {
    std::string name;
    std::string public_key; ///< 32 bytes
    std::string root;       ///< 32 bytes of salt, then what is sealed
    bool operator==(Recipient const&) const = default;
};

/// `store.json` of an encrypted store. Schema: common/store/store.schema.json.
struct StoreDocument {
    std::string created;
    std::vector<Recipient> recipients{};
};

/// A store key, sealed for one recipient by his public key.
struct Wrap {
    std::string name;
    std::string bytes; ///< a public key made for it, then what is sealed
};

/// `keys/<number>.json`. Schema: common/store/key.schema.json.
struct KeyDocument {
    std::string number; ///< 16 hex digits, drawn at random
    unsigned generation = 0;
    std::string created;
    std::vector<Wrap> wraps{};
};

[[nodiscard]] std::string key_file(std::string const& number);

/// With the HMAC over all the rest of it, and over the object's name, in "authentication".
[[nodiscard]] std::string to_text(StoreDocument const& document, std::string_view secret);
[[nodiscard]] std::string to_text(KeyDocument const& document, std::string_view secret);

/// Strict. Does not prove anything yet: that takes the root secret, which lies in it. Errors: bad_data.
[[nodiscard]] Result<StoreDocument> parse_store_document(Json const& json);
[[nodiscard]] Result<KeyDocument> parse_key_document(std::string const& text, std::string const& name);

/// Errors: bad_data when the document is not what somebody with the secret wrote under that name.
[[nodiscard]] Result<void> check_authentic(std::string const& text, std::string const& name, std::string_view secret);

} // namespace sluice::store
