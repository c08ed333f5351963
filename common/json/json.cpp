#include "common/json/json.hpp"

#include "common/json/position.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace sluice::json {

namespace {

// nlohmann says "[json.exception.parse_error.101] parse error at line 1, column 2: reason"; the person gets the reason.
std::string reason_of(std::string const& what) {
    std::string_view text{what};
    text.remove_prefix(text.starts_with('[') ? std::min(text.find("] ") + 2, text.size()) : 0);
    std::size_t const marker = text.starts_with("parse error") ? text.find(": ") : std::string_view::npos;
    return std::string(marker == std::string_view::npos ? text : text.substr(marker + 2));
}

tl::unexpected<Error> syntax_error(std::string_view text, std::size_t byte, std::string reason,
                                   std::string const& name) {
    Error error{Errc::bad_data, std::move(reason), {}, {}, position_of_byte(text, byte > 0 ? byte - 1 : 0, name)};
    return tl::unexpected<Error>(std::move(error));
}

struct RepeatedKey {
    std::string key;
    std::size_t ordinal; // among all keys of the text
};

// Follows the parser's events and keeps the first key that its object already had.
class KeyWatch {
  public:
    void note(Json::parse_event_t event, Json const& value) {
        if (event == Json::parse_event_t::object_start) {
            m_open.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            m_open.pop_back();
        } else if (event == Json::parse_event_t::key) {
            note_key(value.get<std::string>());
        }
    }
    [[nodiscard]] std::optional<RepeatedKey> const& repeated() const { return m_repeated; }

  private:
    void note_key(std::string const& key) {
        if (!m_open.back().insert(key).second && !m_repeated) {
            m_repeated = RepeatedKey{key, m_seen};
        }
        ++m_seen;
    }

    std::vector<std::set<std::string>> m_open{};
    std::size_t m_seen = 0;
    std::optional<RepeatedKey> m_repeated{};
};

// Where the string that begins at `at` ends, behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1 : 0;
    }
    return at + 1;
}

// The parser does not say where a key stands; in valid JSON the keys are the strings that a colon follows.
std::size_t offset_of_key(std::string_view text, std::size_t ordinal) {
    std::size_t seen = 0;
    for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at)) {
        std::size_t const end = end_of_string(text, at);
        std::size_t const next = text.find_first_not_of(" \t\r\n", end);
        bool const is_key = next != std::string_view::npos && text[next] == ':';
        if (is_key && seen++ == ordinal) {
            return at;
        }
        at = end;
    }
    return 0;
}

} // namespace

Result<Json> parse(std::string_view text, std::string const& name) {
    KeyWatch watch;
    try {
        Json value = Json::parse(text.begin(), text.end(), [&](int, Json::parse_event_t event, Json& part) {
            watch.note(event, part);
            return true;
        });
        if (watch.repeated()) {
            return syntax_error(text, offset_of_key(text, watch.repeated()->ordinal) + 1,
                                "key '" + watch.repeated()->key + "' is given twice", name);
        }
        return value;
    } catch (Json::parse_error const& failure) {
        return syntax_error(text, failure.byte, "not valid JSON: " + reason_of(failure.what()), name);
    } catch (std::exception const& failure) {
        return fail(Errc::bad_data, "'" + name + "' is not valid JSON: " + reason_of(failure.what()));
    }
}

std::string dump(Json const& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string dump_indented(Json const& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace sluice::json
