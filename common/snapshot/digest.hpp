#pragma once

#include "common/crypto/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::snapshot {

using crypto::Sha256;
using crypto::sha256_hex;

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
