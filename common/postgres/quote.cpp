#include "common/postgres/quote.hpp"

namespace sluice::postgres {

std::string quote_identifier(std::string_view name) {
    std::string out = "\"";
    for (char const c : name) {
        out += c == '"' ? std::string("\"\"") : std::string{c};
    }
    return out + "\"";
}

std::string quote_literal(std::string_view text) {
    std::string out = text.find('\\') == std::string_view::npos ? "'" : "E'";
    for (char const c : text) {
        out += c == '\'' || c == '\\' ? std::string{c, c} : std::string{c};
    }
    return out + "'";
}

} // namespace sluice::postgres
