#include "common/json/position.hpp"

#include "common/json/json.hpp"

#include <algorithm>

namespace sluice::json {

namespace {

/// Walks through a document that is known to be valid, along one path.
class Walk {
  public:
    Walk(std::string_view text, std::string_view path) : m_text(text), m_path(path) {}

    [[nodiscard]] std::size_t find() {
        skip_space();
        std::size_t found = m_at;
        descend(found);
        return found;
    }

  private:
    void descend(std::size_t& found) {
        while (!m_path.empty() && m_at < m_text.size()) {
            char const opening = m_text[m_at];
            if ((opening != '{' || !enter_object(found)) && (opening != '[' || !enter_array(found))) {
                return;
            }
        }
    }

    // Ends before the value whose key the path goes on with; the path loses that key.
    bool enter_object(std::size_t& found) {
        ++m_at;
        for (skip_space(); m_at < m_text.size() && m_text[m_at] == '"'; skip_space()) {
            std::size_t const key_at = m_at;
            skip_string();
            std::string const key = "/" + text_of(key_at, m_at);
            skip_space();
            ++m_at; // the colon
            skip_space();
            if (leads_to(key)) {
                found = key_at;
                m_path.remove_prefix(key.size());
                return true;
            }
            skip_value();
            skip_comma();
        }
        return false;
    }

    bool enter_array(std::size_t& found) {
        ++m_at;
        skip_space();
        for (std::size_t number = 0; m_at < m_text.size() && m_text[m_at] != ']'; ++number) {
            std::string const key = "/" + std::to_string(number);
            if (leads_to(key)) {
                found = m_at;
                m_path.remove_prefix(key.size());
                return true;
            }
            skip_value();
            skip_comma();
        }
        return false;
    }

    // A key may hold a slash itself, so the path is compared and not taken apart.
    [[nodiscard]] bool leads_to(std::string const& key) const {
        return m_path.starts_with(key) && (m_path.size() == key.size() || m_path[key.size()] == '/');
    }

    [[nodiscard]] std::string text_of(std::size_t begin, std::size_t end) const {
        auto const parsed = parse(m_text.substr(begin, end - begin), "key");
        return parsed && parsed->is_string() ? parsed->get<std::string>() : std::string{};
    }

    void skip_space() { m_at = std::min(m_text.find_first_not_of(" \t\r\n", m_at), m_text.size()); }

    void skip_comma() {
        skip_space();
        if (m_at < m_text.size() && m_text[m_at] == ',') {
            ++m_at;
        }
        skip_space();
    }

    void skip_string() {
        for (++m_at; m_at < m_text.size() && m_text[m_at] != '"'; ++m_at) {
            m_at += m_text[m_at] == '\\' ? 1 : 0;
        }
        ++m_at;
    }

    void skip_value() {
        int depth = 0;
        do {
            char const here = m_text[m_at];
            depth += here == '{' || here == '[' ? 1 : here == '}' || here == ']' ? -1 : 0;
            if (here == '"') {
                skip_string();
            } else if (depth == 0 && here != '}' && here != ']') {
                m_at = std::min(m_text.find_first_of(",]} \t\r\n", m_at), m_text.size());
            } else {
                ++m_at;
            }
        } while (depth > 0 && m_at < m_text.size());
    }

    std::string_view m_text;
    std::string_view m_path;
    std::size_t m_at = 0;
};

} // namespace

result::SourcePosition position_of_byte(std::string_view text, std::size_t offset, std::string const& name) {
    offset = std::min(offset, text.size());
    std::string_view const before = text.substr(0, offset);
    std::size_t const line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    std::size_t const line_end = std::min(text.find('\n', line_start), text.size());
    auto const line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    return {name, line, offset - line_start + 1, std::string(text.substr(line_start, line_end - line_start))};
}

result::SourcePosition position_of_path(std::string_view text, std::string_view path, std::string const& name) {
    return position_of_byte(text, Walk(text, path).find(), name);
}

} // namespace sluice::json
