#pragma once

#include "common/store/key_documents.hpp"
#include "common/store/recipient_key.hpp"
#include "common/store/sealed_object.hpp"
#include "common/store/store.hpp"
#include "common/time/clock.hpp"

namespace sluice::store {

/// Who can open an encrypted store, and with what it is sealed. Works on the store as it lies there, below the sealing;
/// every change is written at once, and none touches an object that is sealed. What keys are for, and what a removed
/// recipient can still do: common/store/ENCRYPTION.md. Two changes at a time lose no store key, but may lose each
/// other's recipients.
class KeyRing {
  public:
    /// Makes a store's `store.json`, and its first key. Errors: usage for a name that cannot be one.
    [[nodiscard]] static Result<KeyRing> create(Store& store, RecipientKey const& key, std::string const& name,
                                                time::Clock const& clock);
    /// `text` is that of `store.json`. Errors: usage when the key is none of the recipients'; bad_data.
    [[nodiscard]] static Result<KeyRing> open(Store& store, std::string const& text, RecipientKey const& key);

    [[nodiscard]] StoreDocument const& document() const { return m_document; }
    /// Oldest first; the last one is in use.
    [[nodiscard]] std::vector<KeyDocument> const& key_documents() const { return m_key_documents; }
    /// The recipient whose key opened it.
    [[nodiscard]] std::string const& own_name() const { return m_own_name; }
    [[nodiscard]] StoreKeys const& keys() const { return m_keys; }

    /// Gives another key access to everything. The same name with the same key again completes what was cut short.
    /// Errors: refused where the name has another key, or the key another name; usage.
    [[nodiscard]] Result<void> add(Store& store, std::string const& name, RecipientKey const& key);
    /// Errors: refused for the last one; not_found.
    [[nodiscard]] Result<void> remove(Store& store, std::string const& name);
    /// A new store key for all that is written from now on, sealed for all recipients; older ones stay.
    [[nodiscard]] Result<void> rotate(Store& store, time::Clock const& clock);

  private:
    [[nodiscard]] Result<void> take_root(std::string root);
    [[nodiscard]] Result<void> read_keys(Store& store, RecipientKey const& key);
    [[nodiscard]] Result<void> wrap_for(Recipient const& recipient, KeyDocument& document) const;
    [[nodiscard]] Result<void> write_document(Store& store) const;
    [[nodiscard]] Result<void> write_key(Store& store, KeyDocument const& document) const;

    std::string m_root{};
    std::string m_authentication{}; ///< the secret for it
    std::string m_own_name{};
    StoreDocument m_document{};
    std::vector<KeyDocument> m_key_documents{};
    StoreKeys m_keys{};
};

} // namespace sluice::store
