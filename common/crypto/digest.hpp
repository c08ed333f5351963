#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::crypto {

/// Bytes as lower-case hex digits, and back; nothing for any other text.
[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view digits);

/// SHA-256 in lower-case hex, and whether a text can be one.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] bool is_sha256_hex(std::string_view text);

/// HMAC-SHA256 as 32 bytes, of the parts one behind the other. Source: RFC 2104.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts);
[[nodiscard]] inline std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    return hmac_sha256(key, {bytes});
}

/// A secret stretched to `size` bytes, so that guessing it is slow. Source: RFC 8018.
[[nodiscard]] std::string pbkdf2_sha256(std::string_view secret, std::string_view salt, int rounds, std::size_t size);

/// Whether two texts are equal, in a time that does not depend on where they differ.
[[nodiscard]] bool equal_secretly(std::string_view a, std::string_view b);

/// SHA-256 of bytes that come in pieces.
class Sha256 {
  public:
    Sha256();
    void add(std::string_view bytes);
    /// Of all bytes so far; call once.
    [[nodiscard]] std::string hex();

  private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> m_context;
};

} // namespace sluice::crypto
