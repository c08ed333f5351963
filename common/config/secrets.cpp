#include "common/config/secrets.hpp"

#include "common/log/redact.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice::config {

namespace {

std::string in_capitals(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

// Ends at the first character that is not of the alphabet, such as the padding.
std::string base64_decoded(std::string_view text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (char const c : text) {
        std::size_t const value = alphabet.find(c);
        if (value == std::string_view::npos) {
            break;
        }
        bits = bits << 6U | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xFFU);
        }
    }
    return out;
}

} // namespace

bool names_a_secret(std::string_view name) {
    constexpr std::array<std::string_view, 8> words{"TOKEN",  "SECRET", "PASSWORD",   "PASSWD",
                                                    "APIKEY", "_KEY",   "CREDENTIAL", "PASSPHRASE"};
    std::string const capitals = in_capitals(name);
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return capitals.find(word) != std::string::npos; });
}

void remember_secrets_of(ci::Environment const& environment) {
    constexpr std::size_t shortest = 6;
    for (auto const& [name, value] : environment.all()) {
        if (names_a_secret(name) && value.size() >= shortest) {
            log::remember_secret(value);
        }
    }
}

void remember_basic_login(std::vector<std::pair<std::string, std::string>> const& headers) {
    constexpr std::string_view scheme = "BASIC ";
    for (auto const& [name, value] : headers) {
        if (!in_capitals(name).ends_with("AUTHORIZATION") || !in_capitals(value).starts_with(scheme)) {
            continue;
        }
        std::string const login = base64_decoded(std::string_view(value).substr(scheme.size()));
        log::remember_secret(value.substr(scheme.size()));
        log::remember_secret(login);
        log::remember_secret(std::string_view(login).substr(std::min(login.find(':') + 1, login.size())));
    }
}

} // namespace sluice::config
