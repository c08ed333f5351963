#include "common/store/key_ring.hpp"

#include "common/crypto/cipher.hpp"
#include "common/crypto/digest.hpp"
#include "common/result/did_you_mean.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <tuple>

namespace sluice::store {

namespace {

constexpr std::size_t k_number_bytes = 8;
constexpr std::size_t k_longest_name = 63;

Result<void> check_recipient_name(std::string const& name) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    bool const sound =
        !name.empty() && name.size() <= k_longest_name && name.find_first_not_of(letters) == std::string::npos;
    return sound ? Result<void>{}
                 : fail(Errc::usage, "'" + name + "' cannot be a recipient's name",
                        "Use letters, digits, '_', '-' and '.', for example ci or escrow.");
}

std::string names_of(std::vector<Recipient> const& recipients) {
    std::string text;
    for (auto const& one : recipients) {
        text += (text.empty() ? "" : ", ") + one.name;
    }
    return text;
}

std::string root_context(std::string const& name) { return "sluice root 1 " + name; }

// By his own secret, not by his public key: whoever knows public keys alone cannot make a store that he takes for his.
Result<std::string> seal_root(std::string const& root, RecipientKey const& key, std::string const& name) {
    TRY_ASSIGN(auto const salt, crypto::random_key());
    TRY_ASSIGN(auto const sealing, crypto::derive_key(key.secret(), salt, "sluice root 1"));
    return crypto::seal_behind(salt, sealing, root_context(name), root);
}

Result<std::string> open_root(Recipient const& recipient, RecipientKey const& key) {
    std::string_view const sealed = recipient.root;
    std::size_t const split = std::min(sealed.size(), crypto::k_key_bytes);
    TRY_ASSIGN(auto const sealing, crypto::derive_key(key.secret(), sealed.substr(0, split), "sluice root 1"));
    auto root = crypto::open_sealed(sealing, root_context(recipient.name), sealed.substr(split));
    return root ? Result<std::string>(*std::move(root))
                : fail(Errc::bad_data,
                       std::string("'") + k_store_file + "' was changed: the part of recipient '" + recipient.name +
                           "' is damaged",
                       "Put back the file as it was.");
}

std::string wrap_context(std::string const& number, std::string const& name) {
    return "sluice wrap 1 " + number + " " + name;
}

Result<std::string> wrapping_key(std::string_view secret, std::string_view other, std::string_view ephemeral,
                                 std::string_view recipient) {
    TRY_ASSIGN(auto const shared, crypto::shared_secret(secret, other));
    return crypto::derive_key(shared, std::string(ephemeral) + std::string(recipient), "sluice wrap 1");
}

Result<std::string> open_wrap(KeyDocument const& document, std::string const& name, RecipientKey const& key) {
    auto const wrap =
        std::find_if(document.wraps.begin(), document.wraps.end(), [&](Wrap const& one) { return one.name == name; });
    if (wrap == document.wraps.end()) {
        return fail(Errc::refused, "key " + document.number + " was not given to recipient '" + name + "'",
                    "Adding that recipient was cut short, or a rotation came between: add '" + name +
                        "' once more with another recipient's key.");
    }
    std::string_view const sealed = wrap->bytes;
    std::size_t const split = std::min(sealed.size(), crypto::k_key_bytes);
    TRY_ASSIGN(auto const sealing,
               wrapping_key(key.pair_secret(), sealed.substr(0, split), sealed.substr(0, split), key.public_key()));
    auto opened = crypto::open_sealed(sealing, wrap_context(document.number, name), sealed.substr(split));
    return opened ? Result<std::string>(*std::move(opened))
                  : fail(Errc::bad_data, "'" + key_file(document.number) + "' was changed", "Put it back as it was.");
}

bool is_older(KeyDocument const& a, KeyDocument const& b) {
    return std::tie(a.generation, a.number) < std::tie(b.generation, b.number);
}

} // namespace

Result<KeyRing> KeyRing::create(Store& store, RecipientKey const& key, std::string const& name,
                                time::Clock const& clock) {
    TRY(check_recipient_name(name));
    KeyRing ring;
    TRY_ASSIGN(auto root, crypto::random_key());
    TRY(ring.take_root(std::move(root)));
    TRY_ASSIGN(auto sealed, seal_root(ring.m_root, key, name));
    ring.m_own_name = name;
    ring.m_document = {time::timestamp_text(clock.wall_now()), {{name, key.public_key(), std::move(sealed)}}};
    TRY(ring.write_document(store));
    TRY(ring.rotate(store, clock));
    return ring;
}

Result<KeyRing> KeyRing::open(Store& store, std::string const& text, RecipientKey const& key) {
    TRY_ASSIGN(Json const json, json::parse(text, k_store_file));
    KeyRing ring;
    TRY_ASSIGN(ring.m_document, parse_store_document(json));
    auto const& recipients = ring.m_document.recipients;
    auto const own = std::find_if(recipients.begin(), recipients.end(),
                                  [&](Recipient const& one) { return one.public_key == key.public_key(); });
    if (own == recipients.end()) {
        return fail(Errc::usage,
                    store.description() + " is encrypted for other keys than the one in " + key.where() +
                        "; its recipients are: " + names_of(recipients),
                    "Give one of theirs, or let one of them add yours: db-snapshot key add NAME");
    }
    ring.m_own_name = own->name;
    TRY_ASSIGN(auto root, open_root(*own, key));
    TRY(ring.take_root(std::move(root)));
    TRY(check_authentic(text, k_store_file, ring.m_authentication));
    TRY(ring.read_keys(store, key));
    return ring;
}

Result<void> KeyRing::take_root(std::string root) {
    TRY_ASSIGN(m_authentication, crypto::derive_key(root, "", "sluice key list 1"));
    TRY_ASSIGN(m_keys.naming, crypto::derive_key(root, "", "sluice names 1"));
    m_root = std::move(root);
    return {};
}

Result<void> KeyRing::read_keys(Store& store, RecipientKey const& key) {
    TRY_ASSIGN(auto const files, store.list(k_keys_folder));
    for (auto const& file : files) {
        TRY_ASSIGN(auto const text, store.read(file.key));
        TRY(check_authentic(text.value_or(""), file.key, m_authentication));
        TRY_ASSIGN(auto document, parse_key_document(text.value_or(""), file.key));
        TRY_ASSIGN(m_keys.sealing[document.number], open_wrap(document, m_own_name, key));
        m_key_documents.push_back(std::move(document));
    }
    std::sort(m_key_documents.begin(), m_key_documents.end(), is_older);
    m_keys.current = m_key_documents.empty() ? "" : m_key_documents.back().number;
    return {};
}

// The pair's public half is made anew for every wrap, so no key of this is ever used again.
Result<void> KeyRing::wrap_for(Recipient const& recipient, KeyDocument& document) const {
    TRY_ASSIGN(auto const secret, crypto::random_key());
    TRY_ASSIGN(auto const ephemeral, crypto::public_key(secret));
    TRY_ASSIGN(auto const sealing, wrapping_key(secret, recipient.public_key, ephemeral, recipient.public_key));
    TRY_ASSIGN(auto sealed, crypto::seal_behind(ephemeral, sealing, wrap_context(document.number, recipient.name),
                                                m_keys.sealing.at(document.number)));
    std::erase_if(document.wraps, [&](Wrap const& one) { return one.name == recipient.name; });
    document.wraps.push_back({recipient.name, std::move(sealed)});
    return {};
}

Result<void> KeyRing::write_document(Store& store) const {
    return store.write(k_store_file, to_text(m_document, m_authentication));
}

Result<void> KeyRing::write_key(Store& store, KeyDocument const& document) const {
    return store.write(key_file(document.number), to_text(document, m_authentication));
}

// The recipient is listed first: a rotation that begins later knows of him.
Result<void> KeyRing::add(Store& store, std::string const& name, RecipientKey const& key) {
    TRY(check_recipient_name(name));
    auto& recipients = m_document.recipients;
    auto known = std::find_if(recipients.begin(), recipients.end(), [&](Recipient const& one) {
        return one.name == name || one.public_key == key.public_key();
    });
    if (known != recipients.end() && (known->name != name || known->public_key != key.public_key())) {
        return fail(Errc::refused,
                    known->name == name ? "recipient '" + name + "' has another key already"
                                        : "that key is recipient '" + known->name + "' already",
                    "To replace a key, add the new one under a new name, then remove the old one.");
    }
    if (known == recipients.end()) {
        TRY_ASSIGN(auto root, seal_root(m_root, key, name));
        recipients.push_back({name, key.public_key(), std::move(root)});
        TRY(write_document(store));
        known = recipients.end() - 1;
    }
    for (auto& document : m_key_documents) {
        TRY(wrap_for(*known, document));
        TRY(write_key(store, document));
    }
    return {};
}

Result<void> KeyRing::remove(Store& store, std::string const& name) {
    auto& recipients = m_document.recipients;
    std::vector<std::string> names;
    for (auto const& one : recipients) {
        names.push_back(one.name);
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        return fail(Errc::not_found, "there is no recipient '" + name + "'", result::did_you_mean(name, names));
    }
    if (recipients.size() == 1) {
        return fail(Errc::refused, "'" + name + "' is the only recipient: without it nobody could read the store",
                    "Add another one first: db-snapshot key add NAME --new-key env:VAR");
    }
    for (auto& document : m_key_documents) {
        std::erase_if(document.wraps, [&](Wrap const& one) { return one.name == name; });
        TRY(write_key(store, document));
    }
    std::erase_if(recipients, [&](Recipient const& one) { return one.name == name; });
    return write_document(store);
}

Result<void> KeyRing::rotate(Store& store, time::Clock const& clock) {
    TRY_ASSIGN(auto const drawn, crypto::random_key());
    KeyDocument document{crypto::hex(drawn.substr(0, k_number_bytes)),
                         m_key_documents.empty() ? 1 : m_key_documents.back().generation + 1,
                         time::timestamp_text(clock.wall_now()),
                         {}};
    TRY_ASSIGN(m_keys.sealing[document.number], crypto::random_key());
    for (auto const& recipient : m_document.recipients) {
        TRY(wrap_for(recipient, document));
    }
    TRY(write_key(store, document));
    m_keys.current = document.number;
    m_key_documents.push_back(std::move(document));
    return {};
}

} // namespace sluice::store
