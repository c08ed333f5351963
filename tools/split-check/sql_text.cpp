#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <cctype>

namespace sluice::split_check {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

bool is_name(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool starts_at(std::string_view text, std::size_t at, std::string_view what) {
    return text.substr(std::min(at, text.size()), what.size()) == what;
}

std::size_t end_of_line(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

namespace {

// Block comments nest in SQL.
std::size_t skip_comment(std::string_view text, std::size_t at) {
    if (starts_at(text, at, "--")) {
        return end_of_line(text, at);
    }
    int depth = 0;
    do {
        if (starts_at(text, at, "/*")) {
            ++depth;
            at += 2;
        } else if (starts_at(text, at, "*/")) {
            --depth;
            at += 2;
        } else {
            ++at;
        }
    } while (depth > 0 && at < text.size());
    return std::min(at, text.size());
}

bool begins_comment(std::string_view text, std::size_t at) {
    return starts_at(text, at, "--") || starts_at(text, at, "/*");
}

std::size_t skip_dollar(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && is_name(text[end]) && text[end] != '$') {
        ++end;
    }
    bool const is_tag = end < text.size() && text[end] == '$' &&
                        (at + 1 == end || std::isdigit(static_cast<unsigned char>(text[at + 1])) == 0);
    if (!is_tag) {
        return at;
    }
    std::string_view const tag = text.substr(at, end - at + 1);
    std::size_t const close = text.find(tag, end + 1);
    return close == std::string_view::npos ? text.size() : close + tag.size();
}

std::size_t skip_quotes(std::string_view text, std::size_t at) {
    char const quote = text[at];
    bool const escapes =
        quote == '\'' && at > 0 && (text[at - 1] == 'E' || text[at - 1] == 'e') && (at < 2 || !is_name(text[at - 2]));
    for (++at; at < text.size(); ++at) {
        if (escapes && text[at] == '\\') {
            ++at;
        } else if (text[at] == quote) {
            return at + 1;
        }
    }
    return text.size();
}

} // namespace

std::string lower(std::string_view text) {
    std::string small{text};
    std::transform(small.begin(), small.end(), small.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return small;
}

std::size_t skip_blanks(std::string_view text, std::size_t from) {
    while (from < text.size()) {
        if (is_space(text[from])) {
            ++from;
        } else if (begins_comment(text, from)) {
            from = skip_comment(text, from);
        } else {
            break;
        }
    }
    return std::min(from, text.size());
}

std::size_t skip_quoted(std::string_view text, std::size_t at) {
    if (begins_comment(text, at)) {
        return skip_comment(text, at);
    }
    if (text[at] == '\'' || text[at] == '"') {
        return skip_quotes(text, at);
    }
    bool const inside_name = at > 0 && is_name(text[at - 1]);
    return text[at] == '$' && !inside_name ? skip_dollar(text, at) : at;
}

std::size_t end_of_statement(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] != ';') {
        std::size_t const behind = skip_quoted(text, at);
        at = behind > at ? behind : at + 1;
    }
    return at;
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
    for (std::size_t at = from; !word.empty() && at < text.size();) {
        bool const quoted_name =
            text[at] == '"' && starts_at(text, at + 1, word) && starts_at(text, at + 1 + word.size(), "\"");
        if (quoted_name) {
            return at;
        }
        std::size_t const behind = skip_quoted(text, at);
        if (behind > at) {
            at = behind;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_name(text[end])) {
            ++end;
        }
        if (end - at == word.size() && lower(text.substr(at, word.size())) == lower(word)) {
            return at;
        }
        at = std::max(end, at + 1);
    }
    return std::string_view::npos;
}

Lines::Lines(std::string_view text) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        m_ends.push_back(at);
    }
}

std::size_t Lines::at(std::size_t offset) const {
    return static_cast<std::size_t>(std::lower_bound(m_ends.begin(), m_ends.end(), offset) - m_ends.begin()) + 1;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
    auto const end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    return static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
}

} // namespace sluice::split_check
