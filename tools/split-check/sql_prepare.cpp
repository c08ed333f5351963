#include "tools/split-check/sql_prepare.hpp"

#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <cctype>

namespace sluice::split_check {

namespace {

void blank(std::string& text, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
        text[i] = text[i] == '\n' ? '\n' : ' ';
    }
}

bool holds_one(std::string_view line, std::vector<std::string> const& markers) {
    return std::any_of(markers.begin(), markers.end(),
                       [&](std::string const& marker) { return line.find(marker) != std::string_view::npos; });
}

std::string_view without_signs(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of("-# \t"), text.size()));
}

// A line that is nothing but such a comment. What a tool does not take for a marker must not hide statements, so one
// that stands further right, or behind other words, is none.
bool is_marker(std::string_view line, std::vector<std::string> const& markers) {
    if (line.empty() || (line.front() != '#' && !line.starts_with("--"))) {
        return false;
    }
    std::string_view const words = without_signs(line);
    return std::any_of(markers.begin(), markers.end(), [&](std::string const& marker) {
        std::string_view const wanted = without_signs(marker);
        return words.starts_with(wanted) && (words.size() == wanted.size() || !is_name(words[wanted.size()]));
    });
}

void blank_psql_commands(PreparedSql& sql) {
    std::size_t line = 1;
    for (std::size_t at = 0; at < sql.text.size(); ++line) {
        std::size_t const end = end_of_line(sql.text, at);
        if (sql.text[at] == '\\' && end > at + 1) {
            sql.opaque.push_back({line, sql.text.substr(at, end - at)});
            blank(sql.text, at, end);
        }
        at = end + 1;
    }
}

bool copies_from_stdin(std::string_view statement) {
    std::size_t const from = find_word(statement, "from", 0);
    return find_word(statement, "copy", 0) == 0 && from != std::string_view::npos &&
           find_word(statement, "stdin", from) != std::string_view::npos;
}

// Behind the line "\\." that ends the rows, or npos.
std::size_t end_of_rows(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        std::size_t const end = end_of_line(text, at);
        std::string_view const line = text.substr(at, end - at);
        if (line == "\\." || line == "\\.\r") {
            return end;
        }
        at = end + 1;
    }
    return std::string_view::npos;
}

// "COPY … FROM stdin;" is followed by rows, from the next line on. Only a statement is: the words may also stand in a
// comment or a text.
void blank_copy_data(std::string& text) {
    if (lower(text).find("stdin") == std::string::npos) {
        return;
    }
    for (std::size_t at = skip_blanks(text, 0); at < text.size();) {
        std::size_t const end = end_of_statement(text, at);
        bool const rows_follow = copies_from_stdin(std::string_view(text).substr(at, end - at));
        std::size_t const begin = rows_follow ? end_of_line(text, end) : std::string::npos;
        std::size_t const behind = rows_follow ? end_of_rows(text, begin + 1) : std::string::npos;
        if (behind != std::string::npos) {
            blank(text, begin, behind);
        }
        at = skip_blanks(text, end + 1);
    }
}

// `to` is where the placeholder ends, or `at` when there is none.
std::size_t end_of_placeholder(std::string_view text, std::size_t at) {
    if (starts_at(text, at, "${") || starts_at(text, at, "{{") || starts_at(text, at, "#{")) {
        std::string_view const close = starts_at(text, at, "{{") ? "}}" : "}";
        std::size_t const end = text.find(close, at);
        return end == std::string_view::npos || end > end_of_line(text, at) ? at : end + close.size();
    }
    bool const variable = text[at] == ':' && at + 1 < text.size() && at > 0 && text[at - 1] != ':' &&
                          (is_space(text[at - 1]) || text[at - 1] == '(' || text[at - 1] == ',' || text[at - 1] == '=');
    if (!variable) {
        return at;
    }
    std::size_t end = at + 1;
    bool const quoted = text[end] == '\'' || text[end] == '"';
    end += quoted ? 1 : 0;
    std::size_t const begin = end;
    while (end < text.size() && is_name(text[end])) {
        ++end;
    }
    bool const letter = end > begin && std::isdigit(static_cast<unsigned char>(text[begin])) == 0;
    return letter ? std::min(end + (quoted ? 1 : 0), text.size()) : at;
}

void fill_placeholders(PreparedSql& sql) {
    for (std::size_t at = 0; at < sql.text.size();) {
        std::size_t const end = end_of_placeholder(sql.text, at);
        if (end > at) {
            std::fill(sql.text.begin() + static_cast<std::ptrdiff_t>(at),
                      sql.text.begin() + static_cast<std::ptrdiff_t>(end), 'p');
            sql.first_placeholder = sql.first_placeholder.value_or(at);
            at = end;
            continue;
        }
        std::size_t const behind = skip_quoted(sql.text, at);
        at = behind > at ? behind : at + 1;
    }
}

} // namespace

std::string without_down_sections(std::string_view text, std::vector<std::string> const& up_markers,
                                  std::vector<std::string> const& down_markers) {
    std::string kept{text};
    bool down = false;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = end_of_line(text, at);
        std::string_view const line = text.substr(at, end - at);
        bool const turns_down = is_marker(line, down_markers);
        down = turns_down || (down && !holds_one(line, up_markers));
        // The marker of an up section may be no comment in SQL's eyes ("# --- !Ups").
        if (down || (!line.empty() && line.front() == '#' && holds_one(line, up_markers))) {
            blank(kept, at, end);
        }
        at = end + 1;
    }
    return kept;
}

PreparedSql prepare_sql(std::string_view text, std::vector<std::string> const& up_markers,
                        std::vector<std::string> const& down_markers) {
    PreparedSql sql{without_down_sections(text, up_markers, down_markers)};
    if (starts_at(sql.text, 0, "\xEF\xBB\xBF")) {
        blank(sql.text, 0, 3);
    }
    blank_copy_data(sql.text);
    blank_psql_commands(sql);
    fill_placeholders(sql);
    return sql;
}

} // namespace sluice::split_check
