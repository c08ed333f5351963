#include "tools/split-check/locations.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace sluice::split_check {

namespace {

bool is_key_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

bool is_quote(char c) { return c == '\'' || c == '"' || c == '`'; }

std::string_view trimmed(std::string_view text) {
    std::size_t const begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    std::size_t const end = text.find_last_not_of(" \t\r\n,;");
    return end == std::string_view::npos || end < begin ? std::string_view{} : text.substr(begin, end + 1 - begin);
}

bool is_comment(std::string_view line) {
    std::string_view const rest = trimmed(line);
    return rest.starts_with('#') || rest.starts_with("//") || rest.starts_with(';') || rest.starts_with("--") ||
           rest.starts_with("<!--");
}

// What stands behind "key =", "key:", "key =>", with or without quotes around the key; npos where the line has no such
// key. "spring.flyway.locations" is not "locations".
std::size_t value_in(std::string_view line, std::string_view key) {
    for (std::size_t at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
        std::size_t end = at + key.size();
        bool const whole = (at == 0 || (!is_key_letter(line[at - 1]) && line[at - 1] != '.')) &&
                           (end >= line.size() || !is_key_letter(line[end]));
        end += end < line.size() && is_quote(line[end]) ? 1 : 0;
        end = std::min(line.find_first_not_of(" \t", end), line.size());
        if (whole && line.substr(end, 2) == "=>") {
            return end + 2;
        }
        if (whole && end < line.size() && (line[end] == '=' || line[end] == ':')) {
            return end + 1;
        }
    }
    return std::string_view::npos;
}

std::string_view line_at_offset(std::string_view text, std::size_t at) {
    return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

// The value itself and the lines that go on with it: up to the closing bracket, or as long as they are indented.
std::string whole_value(std::string_view text, std::size_t begin, std::size_t line_end) {
    std::string value{trimmed(text.substr(begin, line_end - begin))};
    bool const list = value.starts_with('[') && value.find(']') == std::string::npos;
    bool const below = value.empty();
    for (std::size_t at = line_end + 1; (list || below) && at < text.size();) {
        std::string_view const line = line_at_offset(text, at);
        bool const indented = !line.empty() && (line.front() == ' ' || line.front() == '\t');
        if (!list && !indented) {
            break;
        }
        value += is_comment(line) ? "" : "\n" + std::string(line);
        if (list && line.find(']') != std::string_view::npos) {
            break;
        }
        at += line.size() + 1;
    }
    return value;
}

// All texts in quotes. Those of one path.resolve(…) or path.join(…) are parts of one path.
std::vector<std::string> quoted_texts(std::string_view value) {
    std::vector<std::string> texts;
    bool const parts = value.find("path.") != std::string_view::npos ||
                       value.find("resolve(") != std::string_view::npos ||
                       value.find("__dirname") != std::string_view::npos;
    for (std::size_t at = 0; at < value.size(); ++at) {
        std::size_t const close = is_quote(value[at]) ? value.find(value[at], at + 1) : std::string_view::npos;
        if (close == std::string_view::npos) {
            continue;
        }
        std::string text{value.substr(at + 1, close - at - 1)};
        text.erase(0, parts && text.starts_with('/') ? 1 : 0);
        if (parts && !texts.empty()) {
            texts.back() += "/" + text;
        } else {
            texts.push_back(std::move(text));
        }
        at = close;
    }
    return texts;
}

// A colon stands between places only where it does not belong to one.
std::vector<std::string> plain_texts(std::string_view value) {
    bool const colon_belongs = value.find("classpath:") != std::string_view::npos ||
                               value.find("filesystem:") != std::string_view::npos ||
                               value.find("://") != std::string_view::npos;
    char const* const separators = colon_belongs ? ",;\n []" : ",;\n []:";
    std::vector<std::string> texts;
    while (!value.empty()) {
        std::size_t const end = std::min(value.find_first_of(separators), value.size());
        std::string_view const item = trimmed(value.substr(0, end));
        if (!item.empty() && item != "-") {
            texts.emplace_back(item);
        }
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return texts;
}

void drop_prefix(std::string& text, std::string_view prefix) {
    if (text.starts_with(prefix)) {
        text.erase(0, prefix.size());
    }
}

// The preset's pattern at a place; empty where it is the place itself and the place is another kind of file.
std::string pattern_at(std::string const& place, std::string const& pattern) {
    if (pattern.front() == '.') {
        return pattern == "." || place.ends_with(pattern) ? place : "";
    }
    return place == "." ? pattern : place + "/" + pattern;
}

std::vector<PresetFile> files_at(std::string const& place, std::vector<PresetFile> const& files) {
    std::vector<PresetFile> located;
    for (auto file : files) {
        auto const patterns = std::exchange(file.paths, {});
        for (auto const& pattern : patterns) {
            std::string const text = pattern_at(place, pattern.text());
            if (!text.empty()) {
                file.paths.emplace_back(text);
            }
        }
        located.push_back(std::move(file));
    }
    return located;
}

} // namespace

std::vector<std::string> values_of(std::string_view text, std::string_view key) {
    std::vector<std::string> values;
    for (std::size_t at = 0; at < text.size();) {
        std::string_view const line = line_at_offset(text, at);
        std::size_t const begin = is_comment(line) ? std::string_view::npos : value_in(line, key);
        if (begin != std::string_view::npos) {
            std::string const value = whole_value(text, at + begin, at + line.size());
            auto found = value.find_first_of("'\"`") != std::string::npos ? quoted_texts(value) : plain_texts(value);
            std::move(found.begin(), found.end(), std::back_inserter(values));
        }
        at += line.size() + 1;
    }
    return values;
}

std::string place_of(std::string value, std::string_view config_path) {
    bool const anywhere_below = value.starts_with("classpath:");
    std::replace(value.begin(), value.end(), '\\', '/');
    for (auto const* prefix : {"classpath:", "filesystem:", "file://", "%(here)s/", "%%PHINX_CONFIG_DIR%%/", "/./"}) {
        drop_prefix(value, prefix);
    }
    if (anywhere_below) {
        drop_prefix(value, "/");
    }
    bool const known = value.find_first_of("%$(") == std::string::npos && !value.starts_with('/') && !value.empty();
    if (!known) {
        return {};
    }
    auto const folder = std::filesystem::path(anywhere_below ? "" : config_path).parent_path();
    std::string place = (folder / value).lexically_normal().string();
    while (place.ends_with('/')) {
        place.pop_back();
    }
    if (place.starts_with("..")) {
        return {};
    }
    return anywhere_below ? "**/" + place : place;
}

std::vector<PresetFile> located_files(Location const& location, std::string_view config_path, std::string_view text) {
    std::vector<PresetFile> all;
    for (auto const& key : location.keys) {
        for (auto const& value : values_of(text, key)) {
            std::string const place = place_of(value, config_path);
            auto files = place.empty() ? std::vector<PresetFile>{} : files_at(place, location.files);
            std::move(files.begin(), files.end(), std::back_inserter(all));
        }
    }
    return all;
}

} // namespace sluice::split_check
