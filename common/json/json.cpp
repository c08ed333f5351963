#include "common/json/json.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace sluice::json {

namespace {

result::SourcePosition position_of(std::string_view text, std::size_t byte, std::string const& name) {
    std::size_t const offset = std::min(byte > 0 ? byte - 1 : 0, text.size());
    std::string_view const before = text.substr(0, offset);
    std::size_t const line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    std::size_t const line_end = std::min(text.find('\n', line_start), text.size());
    auto const line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    return {name, line, offset - line_start + 1, std::string(text.substr(line_start, line_end - line_start))};
}

// nlohmann prefixes its own id and position; the person gets the reason alone.
std::string reason_of(std::string const& what) {
    std::size_t const marker = what.find(": ");
    return marker == std::string::npos ? what : what.substr(marker + 2);
}

tl::unexpected<Error> syntax_error(std::string_view text, std::size_t byte, std::string reason,
                                   std::string const& name) {
    Error error{Errc::bad_data, std::move(reason), {}, {}, position_of(text, byte, name)};
    return tl::unexpected<Error>(std::move(error));
}

} // namespace

Result<Json> parse(std::string_view text, std::string const& name) {
    std::vector<std::set<std::string>> keys;
    std::string repeated;
    auto const watch = [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start) {
            keys.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            keys.pop_back();
        } else if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
            repeated = value.get<std::string>();
        }
        return true;
    };
    try {
        Json value = Json::parse(text.begin(), text.end(), watch);
        if (!repeated.empty()) {
            std::size_t const byte = text.rfind('"' + repeated + '"');
            return syntax_error(text, byte == std::string_view::npos ? 1 : byte + 1,
                                "key '" + repeated + "' is given twice", name);
        }
        return value;
    } catch (Json::parse_error const& failure) {
        return syntax_error(text, failure.byte, "not valid JSON: " + reason_of(failure.what()), name);
    } catch (std::exception const& failure) {
        return fail(Errc::bad_data, "'" + name + "' is not valid JSON: " + failure.what());
    }
}

std::string dump(Json const& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string dump_indented(Json const& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace sluice::json
