#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <string>

namespace sluice::db_snapshot {

/// What the masks use in place of the key itself, which never leaves this program.
struct MaskKey {
    std::string hex;         ///< 32 bytes; reaches the source in the connection's options only
    std::string fingerprint; ///< 16 hex digits for the manifest
};

/// Fewer bytes could be guessed from the fingerprint.
inline constexpr std::size_t k_shortest_mask_key = 32;

/// Stretches the key by PBKDF2-HMAC-SHA256, so that guessing is slow, and splits the result in two. Pure; takes some
/// tenths of a second.
[[nodiscard]] MaskKey stretch_mask_key(std::string const& secret);

/// The key that `env:VAR` or `file:PATH` names (of a file: the first line), remembered for redaction. Errors: usage for
/// an unset variable, an unreadable file, another kind of name, or a key that is too short.
[[nodiscard]] Result<MaskKey> read_mask_key(std::string const& reference, ci::Environment const& environment);

} // namespace sluice::db_snapshot
