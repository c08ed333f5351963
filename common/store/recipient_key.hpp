#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::store {

/// What opens an encrypted store: 32 random bytes that somebody keeps. From them come a key that seals, and a pair of
/// X25519 that others can seal for. Format: common/store/ENCRYPTION.md.
class RecipientKey {
  public:
    /// Errors: internal.
    [[nodiscard]] static Result<RecipientKey> generate();
    /// "sluice-key-1-", 64 hex digits, "-", and 8 that prove them. `where` is for messages, which never repeat the
    /// text. Errors: usage, another one for what is no key at all, cut short, or mistyped.
    [[nodiscard]] static Result<RecipientKey> parse(std::string_view text, std::string const& where);

    [[nodiscard]] std::string text() const;
    /// Of the pair; 32 bytes, no secret.
    [[nodiscard]] std::string const& public_key() const { return m_public; }
    [[nodiscard]] std::string const& pair_secret() const { return m_pair_secret; }
    [[nodiscard]] std::string const& secret() const { return m_secret; }
    /// Where it came from: "SLUICE_STORE_KEY".
    [[nodiscard]] std::string const& where() const { return m_where; }

  private:
    RecipientKey() = default;
    [[nodiscard]] static Result<RecipientKey> of_bytes(std::string bytes, std::string const& where);

    std::string m_secret{};
    std::string m_pair_secret{};
    std::string m_public{};
    std::string m_where{};
};

/// The key that `reference` names, "env:VAR" or "file:PATH"; where it is empty, that of SLUICE_STORE_KEY, or of the
/// file that SLUICE_STORE_KEY_FILE names; nothing when neither is set. Of a file the first line counts. The key is
/// remembered for redaction. Errors: usage, also for both variables at once; denied for a file that everybody may read.
[[nodiscard]] Result<std::optional<RecipientKey>> read_recipient_key(std::string const& reference,
                                                                     ci::Environment const& environment);

} // namespace sluice::store
