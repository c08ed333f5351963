#include "common/json/locator.hpp"

#include "common/json/json.hpp"
#include "common/json/position.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace sluice::json {

namespace {

// Deeper values are found by what is around them: paths of a hostile depth would fill the memory.
constexpr std::size_t k_deepest = 32;

// The object or list that the scan is inside of.
struct Frame {
    std::string path;
    bool is_object;
    std::size_t index = 0;
    std::string key{};
    std::size_t key_at = 0;
    bool expects_key = false;
};

std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1 : 0;
    }
    return std::min(at + 1, text.size());
}

// The key as `ObjectReader` names it: without its escapes.
std::string key_text(std::string_view quoted) {
    auto const parsed = parse(quoted, "key");
    return parsed && parsed->is_string() ? parsed->get<std::string>() : std::string(quoted);
}

std::optional<std::string> quoted_path(std::string_view words) {
    std::size_t const begin = words.find("'/");
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    std::size_t const end = words.find('\'', begin + 1);
    return std::string(words.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1));
}

// The innermost mention is the nearest to what is wrong.
std::string path_named_by(Error const& error) {
    auto path = quoted_path(error.message);
    for (auto const& words : error.context) {
        path = path ? path : quoted_path(words);
    }
    return path.value_or("");
}

std::string path_in(Frame const& frame) {
    return frame.path + "/" + (frame.is_object ? frame.key : std::to_string(frame.index));
}

} // namespace

Locator::Locator(std::string text, std::string name) : m_text(std::move(text)), m_name(std::move(name)) {}

void Locator::find_places() const {
    std::vector<Frame> open;
    auto const note_value = [&](std::size_t at) {
        if (open.size() > k_deepest) {
            return std::string{};
        }
        std::string path = open.empty() ? std::string{} : path_in(open.back());
        m_places.emplace(path, Place{open.empty() || !open.back().is_object ? at : open.back().key_at, at});
        return path;
    };
    for (std::size_t at = m_text.find_first_not_of(" \t\r\n"); at < m_text.size();
         at = m_text.find_first_not_of(" \t\r\n", at)) {
        char const c = m_text[at];
        if (c == '{' || c == '[') {
            open.push_back(Frame{note_value(at), c == '{', 0, {}, 0, c == '{'});
            ++at;
        } else if (c == '}' || c == ']') {
            if (!open.empty()) {
                open.pop_back();
            }
            ++at;
        } else if (c == ',' && !open.empty()) {
            ++open.back().index;
            open.back().expects_key = open.back().is_object;
            ++at;
        } else if (c == ':') {
            ++at;
        } else if (c == '"' && !open.empty() && open.back().expects_key) {
            std::size_t const end = end_of_string(m_text, at);
            open.back().key = key_text(std::string_view(m_text).substr(at, end - at));
            open.back().key_at = at;
            open.back().expects_key = false;
            at = end;
        } else {
            note_value(at);
            at = c == '"' ? end_of_string(m_text, at) : m_text.find_first_of(" \t\r\n,]}", at + 1);
        }
    }
}

Locator::Place Locator::place_of(std::string_view path) const {
    if (m_places.empty()) {
        find_places();
    }
    while (!path.empty()) {
        auto const place = m_places.find(path);
        if (place != m_places.end()) {
            return place->second;
        }
        path = path.substr(0, path.rfind('/'));
    }
    auto const whole = m_places.find(std::string_view{});
    return whole == m_places.end() ? Place{0, 0} : whole->second;
}

result::SourcePosition Locator::value_at(std::string_view path) const {
    return position_of_byte(m_text, place_of(path).value, m_name);
}

result::SourcePosition Locator::key_at(std::string_view path) const {
    return position_of_byte(m_text, place_of(path).key, m_name);
}

Error Locator::pointed(Error error) const {
    if (!error.at) {
        error.at = key_at(path_named_by(error));
    }
    return error;
}

} // namespace sluice::json
