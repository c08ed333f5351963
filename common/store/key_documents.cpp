#include "common/store/key_documents.hpp"

#include "common/crypto/digest.hpp"
#include "common/json/object_reader.hpp"

#include <algorithm>

namespace sluice::store {

namespace {

constexpr unsigned k_key_version = 1;
constexpr char const* k_authentication = "authentication";

std::string code_of(Json const& document, std::string const& name, std::string_view secret) {
    return crypto::hex(crypto::hmac_sha256(secret, {name, "\n", json::dump(document)}));
}

std::string authentic_text(Json document, std::string const& name, std::string_view secret) {
    std::string const code = code_of(document, name, secret);
    document[k_authentication] = code;
    return json::dump_indented(document);
}

Result<std::string> read_bytes(json::ObjectReader& reader, std::string const& key) {
    auto bytes = crypto::from_hex(reader.required<std::string>(key));
    TRY(reader.finish());
    return bytes && !bytes->empty() ? Result<std::string>(*std::move(bytes))
                                    : fail(Errc::bad_data, "'" + reader.path_of(key) + "' is not in hex digits");
}

Result<Recipient> parse_recipient(Json const& json) {
    json::ObjectReader reader(json, "/recipients");
    Recipient recipient{reader.required<std::string>("name"), {}, {}};
    reader.allow("public_key");
    reader.allow("root");
    TRY_ASSIGN(recipient.public_key, read_bytes(reader, "public_key"));
    TRY_ASSIGN(recipient.root, read_bytes(reader, "root"));
    return recipient;
}

Result<Wrap> parse_wrap(Json const& json) {
    json::ObjectReader reader(json, "/wraps");
    Wrap wrap{reader.required<std::string>("name"), {}};
    reader.allow("key");
    TRY_ASSIGN(wrap.bytes, read_bytes(reader, "key"));
    return wrap;
}

template <class T>
Result<std::vector<T>> parse_list(Json const* list, std::string const& name, Result<T> (*parse)(Json const&)) {
    if (list == nullptr || !list->is_array()) {
        return fail(Errc::bad_data, "'" + name + "' must be a list");
    }
    std::vector<T> all;
    for (auto const& json : *list) {
        TRY_ASSIGN(auto one, parse(json));
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace

std::string key_file(std::string const& number) { return k_keys_folder + number + ".json"; }

std::string to_text(StoreDocument const& document, std::string_view secret) {
    Json recipients = Json::array();
    for (auto const& one : document.recipients) {
        recipients.push_back(
            {{"name", one.name}, {"public_key", crypto::hex(one.public_key)}, {"root", crypto::hex(one.root)}});
    }
    return authentic_text(
        {{"version", k_encrypted_format}, {"created", document.created}, {"recipients", std::move(recipients)}},
        k_store_file, secret);
}

std::string to_text(KeyDocument const& document, std::string_view secret) {
    Json wraps = Json::array();
    for (auto const& one : document.wraps) {
        wraps.push_back({{"name", one.name}, {"key", crypto::hex(one.bytes)}});
    }
    return authentic_text({{"version", k_key_version},
                           {"number", document.number},
                           {"generation", document.generation},
                           {"created", document.created},
                           {"wraps", std::move(wraps)}},
                          key_file(document.number), secret);
}

Result<StoreDocument> parse_store_document(Json const& json) {
    json::ObjectReader reader(json, "");
    StoreDocument document;
    [[maybe_unused]] auto const version = reader.required<unsigned>("version");
    document.created = reader.required<std::string>("created");
    Json const* recipients = reader.find("recipients");
    [[maybe_unused]] auto const code = reader.required<std::string>(k_authentication);
    TRY(reader.finish());
    TRY_ASSIGN(document.recipients, parse_list<Recipient>(recipients, "recipients", parse_recipient));
    return document;
}

Result<KeyDocument> parse_key_document(std::string const& text, std::string const& name) {
    TRY_ASSIGN(Json const json, json::parse(text, name));
    json::ObjectReader reader(json, "");
    KeyDocument document;
    auto const version = reader.required<unsigned>("version");
    document.number = reader.required<std::string>("number");
    document.generation = reader.required<unsigned>("generation");
    document.created = reader.required<std::string>("created");
    Json const* wraps = reader.find("wraps");
    [[maybe_unused]] auto const code = reader.required<std::string>(k_authentication);
    TRY(reader.finish().map_error(while_doing("reading '" + name + "'")));
    if (version != k_key_version || key_file(document.number) != name) {
        return fail(Errc::bad_data, "'" + name + "' is not a key that this version knows");
    }
    TRY_ASSIGN(document.wraps, parse_list<Wrap>(wraps, "wraps", parse_wrap));
    return document;
}

Result<void> check_authentic(std::string const& text, std::string const& name, std::string_view secret) {
    TRY_ASSIGN(Json document, json::parse(text, name));
    std::string const stated = document.is_object() && document.contains(k_authentication)
                                   ? json::dump(document[k_authentication])
                                   : std::string{};
    if (document.is_object()) {
        document.erase(k_authentication);
    }
    return crypto::equal_secretly(stated, json::dump(code_of(document, name, secret)))
               ? Result<void>{}
               : fail(Errc::bad_data, "'" + name + "' was changed by somebody without the store's key",
                      "Put back the file as it was; key changes go through 'db-snapshot key' alone.");
}

} // namespace sluice::store
