#include "common/result/error.hpp"

#include <array>
#include <string_view>

namespace sluice::result {

namespace {

constexpr std::array<std::string_view, 10> k_kind_names{"usage",   "bad_data",  "denied",    "not_found",   "refused",
                                                        "unknown", "temporary", "timed_out", "interrupted", "internal"};

// As wide as the text on the screen: a letter of several bytes counts once, a tab stays a tab.
std::string blanks_for(std::string_view text) {
    std::string blanks;
    for (char const c : text) {
        bool const continues_a_letter = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (!continues_a_letter) {
            blanks += c == '\t' ? '\t' : ' ';
        }
    }
    return blanks;
}

std::string position_text(SourcePosition const& at) {
    std::string const number = std::to_string(at.line);
    std::size_t const indent = at.column > 0 ? at.column - 1 : 0;
    std::string const padding = blanks_for(std::string_view(at.line_text).substr(0, indent));
    return "  " + number + " | " + at.line_text + "\n  " + std::string(number.size(), ' ') + " | " + padding + "^\n";
}

} // namespace

std::string_view name_of(Errc kind) { return k_kind_names.at(static_cast<std::size_t>(kind)); }

std::string to_text(Error const& error, std::string_view tool) {
    std::string text{tool};
    text += ": error: ";
    if (error.at) {
        text += error.at->file + ":" + std::to_string(error.at->line) + ":" + std::to_string(error.at->column) + ": ";
    }
    text += error.message + "\n";
    if (error.at) {
        text += position_text(*error.at);
    }
    for (auto line = error.context.rbegin(); line != error.context.rend(); ++line) {
        text += "  while " + *line + "\n";
    }
    if (!error.hint.empty()) {
        text += "  hint: " + error.hint + "\n";
    }
    return text;
}

} // namespace sluice::result
