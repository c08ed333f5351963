#include "common/json/json.hpp"

#include "common/json/document_builder.hpp"
#include "common/json/position.hpp"

#include <algorithm>

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

Result<Json> parse(std::string_view text, std::string const& name, HandedOut const* handed_out) {
    DocumentBuilder builder(handed_out);
    try {
        Json::sax_parse(text.begin(), text.end(), &builder);
    } catch (std::exception const& failure) {
        return fail(Errc::bad_data, "'" + name + "' is not valid JSON: " + reason_of(failure.what()));
    }
    if (auto const& mistake = builder.mistake()) {
        return mistake->byte > 0
                   ? syntax_error(text, mistake->byte, "not valid JSON: " + reason_of(mistake->what), name)
                   : fail(Errc::bad_data, "'" + name + "' is not valid JSON: " + reason_of(mistake->what));
    }
    if (auto const& repeated = builder.repeated()) {
        return syntax_error(text, offset_of_key(text, repeated->ordinal) + 1,
                            "key '" + repeated->key + "' is given twice", name);
    }
    return builder.take_document();
}

std::string dump(Json const& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string dump_indented(Json const& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace sluice::json
