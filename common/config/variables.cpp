#include "common/config/variables.hpp"

#include "common/config/secrets.hpp"
#include "common/log/redact.hpp"
#include "common/result/did_you_mean.hpp"

#include <fstream>
#include <sstream>
#include <vector>

namespace sluice::config {

namespace {

Result<std::string> text_of_file(std::string const& path) {
    std::ifstream file(path);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
        return fail(Errc::usage, "cannot read file '" + path + "'", "Check that it exists, is readable and not empty.");
    }
    std::string value = text.str();
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) {
        value.pop_back();
    }
    return value;
}

} // namespace

Result<std::string> Variables::value_of(std::string const& reference, Exposure exposure) const {
    if (reference.starts_with("env:")) {
        std::string const name = reference.substr(4);
        auto const value = m_environment.get(name);
        if (!value) {
            return fail(Errc::usage, "environment variable '" + name + "' is not set",
                        "Set it; in CI as a variable of the job.");
        }
        if (exposure == Exposure::hidden || names_a_secret(name)) {
            log::remember_secret(*value);
        }
        return *value;
    }
    if (reference.starts_with("file:")) {
        TRY_ASSIGN(auto value, text_of_file(reference.substr(5)));
        log::remember_secret(value);
        return value;
    }
    auto const own = m_own.find(reference);
    if (own == m_own.end()) {
        std::vector<std::string> known;
        for (auto const& [name, value] : m_own) {
            known.push_back(name);
        }
        std::string const near = result::did_you_mean(reference, known);
        return fail(Errc::usage, "'" + reference + R"(' is not among "vars")",
                    near.empty() ? "Write ${env:" + reference + "} for an environment variable." : near);
    }
    return own->second;
}

Result<std::string> Variables::expand(std::string_view text, Exposure exposure) const {
    std::string out;
    for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${")) {
        if (at > 0 && text[at - 1] == '$') {
            out.append(text.substr(0, at - 1)).append("${");
            text.remove_prefix(at + 2);
            continue;
        }
        std::size_t const end = text.find('}', at);
        if (end == std::string_view::npos) {
            return fail(Errc::usage, "'${' has no '}'", "Write $${ for the characters themselves.");
        }
        TRY_ASSIGN(auto const value, value_of(std::string(text.substr(at + 2, end - at - 2)), exposure));
        out.append(text.substr(0, at)).append(value);
        text.remove_prefix(end + 1);
    }
    return out.append(text);
}

} // namespace sluice::config
