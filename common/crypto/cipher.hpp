#pragma once

#include "common/result/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::crypto {

/// Of every key here, and of what `random_key` gives.
inline constexpr std::size_t k_key_bytes = 32;
/// What `seal_once` adds at the end.
inline constexpr std::size_t k_tag_bytes = 16;

/// From the system's generator. Errors: internal.
[[nodiscard]] Result<std::string> random_key();

/// A key of 32 bytes out of another one, by HKDF-SHA256. Source: RFC 5869. Errors: internal.
[[nodiscard]] Result<std::string> derive_key(std::string_view secret, std::string_view salt, std::string_view info);

/// AES-256-GCM with a nonce of twelve zeros: the ciphertext, followed by the tag. That is right only because each key
/// seals one text under one `additional` and no other, ever: callers derive it from a random salt, or from all that
/// goes in. Errors: internal.
[[nodiscard]] Result<std::string> seal_once(std::string_view key, std::string_view additional, std::string_view plain);
/// The same behind `head`, which saves a copy of a large text.
[[nodiscard]] Result<std::string> seal_behind(std::string head, std::string_view key, std::string_view additional,
                                              std::string_view plain);

/// What was sealed, or nothing when a byte of any of the three is another one.
[[nodiscard]] std::optional<std::string> open_sealed(std::string_view key, std::string_view additional,
                                                     std::string_view sealed);

/// X25519 (RFC 7748). The public half of 32 secret bytes. Errors: internal.
[[nodiscard]] Result<std::string> public_key(std::string_view secret);
/// What the two halves of two pairs have in common. Errors: bad_data for a point that gives every secret the same.
[[nodiscard]] Result<std::string> shared_secret(std::string_view secret, std::string_view other_public_key);

} // namespace sluice::crypto
