#include "tools/smoke/markup.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace sluice::smoke {

namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";

// How many bytes the character at the front has; 0 when it is no valid UTF-8. Source: RFC 3629 section 4.
std::size_t length_of_character(std::string_view text) {
    auto const byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    std::uint8_t const first = byte(0);
    std::size_t const length = first < 0x80                     ? 1
                               : first >= 0xC2 && first <= 0xDF ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    bool const overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    bool const surrogate = first == 0xED && byte(1) >= 0xA0;
    bool const too_large = first == 0xF4 && byte(1) >= 0x90;
    return overlong || surrogate || too_large ? 0 : length;
}

bool is_legal(std::string_view character) {
    auto const first = static_cast<std::uint8_t>(character.front());
    if (character.size() == 1) {
        return first >= 0x20 ? first != 0x7F : first == '\n' || first == '\t';
    }
    return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

std::string_view entity_of(char c) {
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
    }
}

} // namespace

std::string escaped_markup(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t const length = length_of_character(text);
        std::string_view const character = text.substr(0, length);
        if (length == 0 || !is_legal(character)) {
            out += text.front() == '\r' ? std::string_view{} : k_replacement;
        } else if (auto const entity = entity_of(text.front()); !entity.empty()) {
            out += entity;
        } else {
            out += character;
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string seconds_text(double seconds, int digits) {
    std::array<char, 64> text{};
    auto const [end, problem] =
        std::to_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed, digits);
    return problem == std::errc{} ? std::string(text.data(), end) : "0";
}

} // namespace sluice::smoke
