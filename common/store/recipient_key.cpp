#include "common/store/recipient_key.hpp"

#include "common/crypto/cipher.hpp"
#include "common/crypto/digest.hpp"
#include "common/log/redact.hpp"

#include <fstream>
#include <sys/stat.h>

namespace sluice::store {

namespace {

constexpr std::string_view k_family = "sluice-key-";
constexpr std::string_view k_prefix = "sluice-key-1-";
constexpr std::size_t k_digits = 2 * crypto::k_key_bytes;
constexpr std::size_t k_check_digits = 8;
constexpr std::size_t k_length = k_prefix.size() + k_digits + 1 + k_check_digits;
constexpr char const* k_variable = "SLUICE_STORE_KEY";
constexpr char const* k_file_variable = "SLUICE_STORE_KEY_FILE";

std::string check_of(std::string_view bytes) {
    return crypto::sha256_hex("sluice store key 1 " + std::string(bytes)).substr(0, k_check_digits);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    std::size_t const begin = std::min(text.find_first_not_of(blanks), text.size());
    std::size_t const end = text.find_last_not_of(blanks);
    return end == std::string_view::npos ? std::string_view{} : text.substr(begin, end + 1 - begin);
}

tl::unexpected<Error> not_a_key(std::string const& where, std::string const& why, char const* hint) {
    return fail(Errc::usage, where + " holds no store key: " + why, hint);
}

Result<void> check_shape(std::string_view text, std::string const& where) {
    if (!text.starts_with(k_family)) {
        return not_a_key(where, "it does not begin with '" + std::string(k_prefix) + "'",
                         "A password cannot stand in for a key; make one with: db-snapshot key generate");
    }
    if (text.size() >= k_prefix.size() && !text.starts_with(k_prefix)) {
        return not_a_key(where, "it is of a kind that this version does not know",
                         "Use a version of Sluice that knows it.");
    }
    if (text.size() < k_length) {
        return not_a_key(where,
                         "it was cut short, to " + std::to_string(text.size()) + " of " + std::to_string(k_length) +
                             " characters",
                         "Copy the whole line that 'db-snapshot key generate' printed.");
    }
    return text.size() == k_length
               ? Result<void>{}
               : not_a_key(where,
                           "it has " + std::to_string(text.size()) + " characters instead of " +
                               std::to_string(k_length),
                           "Copy the one line that 'db-snapshot key generate' printed, and nothing else.");
}

Result<std::string> read_file(std::string const& path) {
    struct stat facts {};
    std::ifstream file(path);
    std::string line;
    if (stat(path.c_str(), &facts) != 0 || !file || !std::getline(file, line)) {
        return fail(Errc::usage, "cannot read the store key's file '" + path + "'",
                    "It must be there, readable, and hold the key in its first line.");
    }
    if ((facts.st_mode & S_IROTH) != 0) {
        return fail(Errc::denied, "the store key's file '" + path + "' can be read by everybody on this machine",
                    "Run: chmod o-rwx '" + path + "'; or hand the key over in SLUICE_STORE_KEY.");
    }
    return line;
}

// A key that is refused is no less a secret.
Result<RecipientKey> checked(std::string const& text, std::string const& where) {
    log::remember_secret(trimmed(text));
    return RecipientKey::parse(text, where);
}

Result<RecipientKey> named_key(std::string const& reference, ci::Environment const& environment) {
    if (reference.starts_with("env:")) {
        std::string const variable = reference.substr(4);
        auto const text = environment.get(variable);
        return text ? checked(*text, variable)
                    : fail(Errc::usage, "the store key's variable '" + variable + "' is not set",
                           "Set it to the key, in CI as a masked variable.");
    }
    if (!reference.starts_with("file:")) {
        // The text may be the key itself, so it is not repeated.
        return fail(Errc::usage, "the store key is named neither by env:VAR nor by file:PATH",
                    "A key is named, never written down: --store-key env:BACKUP_KEY");
    }
    std::string const path = reference.substr(5);
    TRY_ASSIGN(auto const line, read_file(path));
    return checked(line, "'" + path + "'");
}

} // namespace

Result<RecipientKey> RecipientKey::of_bytes(std::string bytes, std::string const& where) {
    RecipientKey key;
    TRY_ASSIGN(key.m_pair_secret, crypto::derive_key(bytes, "", "sluice recipient pair 1"));
    TRY_ASSIGN(key.m_public, crypto::public_key(key.m_pair_secret));
    key.m_secret = std::move(bytes);
    key.m_where = where;
    return key;
}

Result<RecipientKey> RecipientKey::generate() {
    TRY_ASSIGN(auto bytes, crypto::random_key());
    return of_bytes(std::move(bytes), "a new key");
}

Result<RecipientKey> RecipientKey::parse(std::string_view text, std::string const& where) {
    std::string_view const key = trimmed(text);
    TRY(check_shape(key, where));
    auto bytes = crypto::from_hex(key.substr(k_prefix.size(), k_digits));
    bool const joined = key[k_prefix.size() + k_digits] == '-';
    if (!bytes || !joined || key.substr(k_length - k_check_digits) != check_of(*bytes)) {
        return not_a_key(where, "it was mistyped, its last 8 digits do not fit the others",
                         "Copy the line that 'db-snapshot key generate' printed once more.");
    }
    return of_bytes(*std::move(bytes), where);
}

std::string RecipientKey::text() const {
    return std::string(k_prefix) + crypto::hex(m_secret) + "-" + check_of(m_secret);
}

Result<std::optional<RecipientKey>> read_recipient_key(std::string const& reference,
                                                       ci::Environment const& environment) {
    auto const variable = environment.get(k_variable);
    auto const file = environment.get(k_file_variable);
    std::string wanted = reference;
    if (reference.empty()) {
        if (variable && file) {
            return fail(Errc::usage, "both SLUICE_STORE_KEY and SLUICE_STORE_KEY_FILE are set",
                        "Unset one of them, or say which counts with --store-key.");
        }
        wanted = variable ? std::string("env:") + k_variable : file ? "file:" + *file : "";
    }
    if (wanted.empty()) {
        return std::optional<RecipientKey>{};
    }
    return named_key(wanted, environment).map([](RecipientKey key) { return std::optional(std::move(key)); });
}

} // namespace sluice::store
