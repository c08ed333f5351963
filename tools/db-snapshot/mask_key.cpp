#include "tools/db-snapshot/mask_key.hpp"

#include "common/crypto/digest.hpp"
#include "common/log/redact.hpp"

#include <fstream>

namespace sluice::db_snapshot {

namespace {

constexpr char const* k_hint = "Make one with: openssl rand -hex 32. Keep it: another key gives other values.";

Result<std::string> read_secret(std::string const& reference, ci::Environment const& environment) {
    if (reference.starts_with("env:")) {
        std::string const variable = reference.substr(4);
        auto secret = environment.get(variable);
        return secret ? Result<std::string>(*std::move(secret))
                      : fail(Errc::usage, "the mask key's variable '" + variable + "' is not set", k_hint);
    }
    if (!reference.starts_with("file:")) {
        // The text may be the key itself, so it is not repeated.
        return fail(Errc::usage, R"(the mask file's "key" is neither env:VAR nor file:PATH)",
                    R"(A key is named, never written down: "key": "env:MASK_KEY".)");
    }
    std::ifstream file(reference.substr(5));
    std::string line;
    if (!std::getline(file, line)) {
        return fail(Errc::usage, "cannot read the mask key's file '" + reference.substr(5) + "'", k_hint);
    }
    return line;
}

} // namespace

MaskKey stretch_mask_key(std::string const& secret) {
    // OWASP's advice of 2023 for PBKDF2-HMAC-SHA256.
    constexpr int rounds = 600'000;
    constexpr std::size_t half = 32;
    std::string const all = crypto::hex(crypto::pbkdf2_sha256(secret, "sluice mask key 1", rounds, 2 * half));
    constexpr std::size_t fingerprint_digits = 16;
    return {all.substr(0, 2 * half), crypto::sha256_hex(all.substr(2 * half)).substr(0, fingerprint_digits)};
}

Result<MaskKey> read_mask_key(std::string const& reference, ci::Environment const& environment) {
    TRY_ASSIGN(std::string const secret, read_secret(reference, environment));
    log::remember_secret(secret);
    if (secret.size() < k_shortest_mask_key) {
        return fail(Errc::usage,
                    "the mask key in '" + reference + "' has " + std::to_string(secret.size()) +
                        " bytes; it takes at least " + std::to_string(k_shortest_mask_key),
                    k_hint);
    }
    MaskKey key = stretch_mask_key(secret);
    log::remember_secret(key.hex);
    return key;
}

} // namespace sluice::db_snapshot
