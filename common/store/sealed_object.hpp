#pragma once

#include "common/result/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sluice::store {

/// The secrets of one encrypted store.
struct StoreKeys {
    std::string naming{};                         ///< names chunks; the same for the store's whole life
    std::map<std::string, std::string> sealing{}; ///< by number: 8 random bytes in hex
    std::string current{};                        ///< the number under which new objects are sealed
};

/// Bytes that sealing adds to an object: 45 in front (magic, kind, number of the key, digest), 16 behind.
inline constexpr std::uint64_t k_seal_bytes = 4 + 1 + 8 + 32 + 16;

/// What an object is bound to. Of a chunk, which moves between folders and whose last name says what it holds
/// (`is_content_name`), that name alone; of all others the whole key.
[[nodiscard]] std::string_view bound_name(std::string_view key);

/// The object as it lies in the store. The same bytes under the same name give the same object, as long as the current
/// key is the same. Format: common/store/ENCRYPTION.md. Errors: internal.
[[nodiscard]] Result<std::string> seal_object(StoreKeys const& keys, std::string_view key, std::string_view plain);

/// What was sealed under that name. `of` names the store for messages. Errors: bad_data, another one for what was never
/// sealed, sealed with a key that the store does not have, or changed.
[[nodiscard]] Result<std::string> open_object(StoreKeys const& keys, std::string_view key, std::string_view object,
                                              std::string const& of);

} // namespace sluice::store
