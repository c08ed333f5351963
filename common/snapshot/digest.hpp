#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::snapshot {

/// SHA-256 in lower-case hex.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// The same, of bytes that come in pieces.
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

/// A fingerprint of a set of rows that does not depend on their order: the sum modulo 2^128 of XXH3-128 over each row.
/// Finds accidents, not attacks; stored bytes are guarded by SHA-256.
class RowHash {
  public:
    void add(std::string_view row);
    void merge(RowHash const& other);
    /// 32 hex digits.
    [[nodiscard]] std::string hex() const;
    /// What `hex` wrote; nothing for any other text.
    [[nodiscard]] static std::optional<RowHash> from_hex(std::string_view text);

  private:
    void merge_sum(std::uint64_t low, std::uint64_t high);

    std::uint64_t m_low = 0;
    std::uint64_t m_high = 0;
};

} // namespace sluice::snapshot
