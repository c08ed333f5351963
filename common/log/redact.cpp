#include "common/log/redact.hpp"

#include "common/encoding/percent.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

namespace sluice::log {

namespace {

constexpr std::size_t k_shortest_secret = 4;
constexpr std::string_view k_mask = "***";

struct Secrets {
    std::mutex guard;
    std::vector<std::string> forms; // longest first, so that a part never uncovers the whole
};

Secrets& secrets() {
    static Secrets all;
    return all;
}

// Without its last, incomplete group: a secret inside a longer base64 text ends in other letters there.
std::string base64_core(std::string_view text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i + 3 <= text.size(); i += 3) {
        auto const byte = [&](std::size_t at) {
            return static_cast<std::uint32_t>(static_cast<std::uint8_t>(text[at]));
        };
        std::uint32_t const group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
        out +=
            {alphabet[group >> 18U], alphabet[group >> 12U & 63U], alphabet[group >> 6U & 63U], alphabet[group & 63U]};
    }
    return out;
}

// With `escape` before each of `special`, as JSON, our log, SQL and connection strings write a text.
std::string escaped(std::string_view text, std::string_view special, char escape) {
    std::string out;
    for (char const c : text) {
        if (special.find(c) != std::string_view::npos) {
            out += escape;
        }
        out += c;
    }
    return out;
}

std::vector<std::string> forms_of(std::string_view secret) {
    std::vector<std::string> forms{std::string(secret),
                                   encoding::percent_encoded(secret),
                                   encoding::percent_encoded(secret, {}, encoding::k_lower_case_hex),
                                   escaped(secret, "\"\\", '\\'),
                                   escaped(secret, "'\\", '\\'),
                                   escaped(secret, "'", '\'')};
    // Inside a longer text the secret begins at any of the three places of a base64 group.
    for (std::size_t skipped = 0; skipped < 3; ++skipped) {
        forms.push_back(base64_core(secret.substr(skipped)));
    }
    return forms;
}

void replace_all(std::string& text, std::string_view wanted) {
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + k_mask.size())) {
        text.replace(at, wanted.size(), k_mask);
    }
}

// "scheme://user:password@host": hides what stands between the colon and the last @ before the path. libpq lets a
// password hold "?" and "#" unescaped, so those do not end it here either.
void hide_uri_passwords(std::string& text) {
    for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
        std::size_t const begin = at + 3;
        std::size_t const end = std::min(text.find_first_of("/ \t\n'\"", begin), text.size());
        std::size_t const sign = text.rfind('@', end);
        std::size_t const colon = text.find(':', begin);
        if (sign != std::string::npos && sign >= begin && colon < sign) {
            text.replace(colon + 1, sign - colon - 1, k_mask);
        }
    }
}

std::string lower_case(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

// The value that begins at `begin`, as connection strings and shells write one: in quotes with backslash escapes, or
// up to the next blank, quote or "&".
std::size_t end_of_value(std::string_view text, std::size_t begin) {
    if (begin >= text.size() || text[begin] != '\'') {
        return std::min(text.find_first_of(" \t\n&'\"", begin), text.size());
    }
    std::size_t at = begin + 1;
    while (at < text.size() && text[at] != '\'') {
        at += text[at] == '\\' ? 2 : 1;
    }
    return std::min(at + 1, text.size());
}

void hide_password_settings(std::string& text) {
    for (std::string_view const key : {"password", "passwd", "pwd"}) {
        for (std::size_t at = lower_case(text).find(key); at != std::string::npos;
             at = lower_case(text).find(key, at + key.size())) {
            std::size_t const sign = text.find_first_not_of(' ', at + key.size());
            if (sign == std::string::npos || text[sign] != '=') {
                continue;
            }
            std::size_t const begin = std::min(text.find_first_not_of(' ', sign + 1), text.size());
            bool const quoted = begin < text.size() && text[begin] == '\'';
            text.replace(begin, end_of_value(text, begin) - begin, quoted ? "'***'" : k_mask);
        }
    }
}

} // namespace

void remember_secret(std::string_view secret) {
    if (secret.size() < k_shortest_secret) {
        return;
    }
    std::lock_guard const lock(secrets().guard);
    auto& forms = secrets().forms;
    for (auto& form : forms_of(secret)) {
        if (form.size() >= k_shortest_secret && std::find(forms.begin(), forms.end(), form) == forms.end()) {
            forms.push_back(form);
        }
    }
    std::sort(forms.begin(), forms.end(), [](auto const& a, auto const& b) { return a.size() > b.size(); });
}

std::string redact(std::string_view text) {
    std::string out{text};
    {
        std::lock_guard const lock(secrets().guard);
        for (auto const& form : secrets().forms) {
            replace_all(out, form);
        }
    }
    hide_uri_passwords(out);
    hide_password_settings(out);
    return out;
}

void forget_secrets() {
    std::lock_guard const lock(secrets().guard);
    secrets().forms.clear();
}

} // namespace sluice::log
