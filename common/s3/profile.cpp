#include "common/s3/profile.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace sluice::s3 {

namespace {

std::string_view trimmed(std::string_view text) {
    std::size_t const begin = text.find_first_not_of(" \t\r");
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

Result<std::optional<std::string>> text_of(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (file) {
        return std::optional<std::string>(std::string(std::istreambuf_iterator<char>(file), {}));
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return std::optional<std::string>{};
    }
    return fail(Errc::denied, "cannot read '" + path + "': " + std::strerror(errno), "Make it readable for this user.");
}

} // namespace

Profile parse_profile(std::string_view text, std::string const& name) {
    Profile profile;
    bool ours = false;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = std::min(text.find('\n', at), text.size());
        std::string_view const raw = text.substr(at, end - at);
        std::string_view const line = trimmed(raw);
        at = end + 1;
        // An indented line belongs to the nested setting above it, of which we read none.
        if (line.empty() || line.front() == '#' || line.front() == ';' || raw.front() == ' ' || raw.front() == '\t') {
            continue;
        }
        if (line.front() == '[') {
            std::string_view const section = trimmed(line.substr(1, line.find(']') - 1));
            ours = section == name || section == "profile " + name;
            continue;
        }
        std::size_t const equals = line.find('=');
        if (ours && equals != std::string_view::npos) {
            profile.emplace(lower_case(trimmed(line.substr(0, equals))), trimmed(line.substr(equals + 1)));
        }
    }
    return profile;
}

Result<Profile> read_profile(ci::Environment const& environment) {
    std::string const folder = environment.get("HOME").value_or("") + "/.aws/";
    std::string const name = environment.get("AWS_PROFILE").value_or("default");
    TRY_ASSIGN(auto const credentials,
               text_of(environment.get("AWS_SHARED_CREDENTIALS_FILE").value_or(folder + "credentials")));
    TRY_ASSIGN(auto const config, text_of(environment.get("AWS_CONFIG_FILE").value_or(folder + "config")));
    Profile profile = parse_profile(credentials.value_or(""), name);
    profile.merge(parse_profile(config.value_or(""), name));
    if (profile.empty() && environment.get("AWS_PROFILE")) {
        return fail(Errc::usage, "there is no AWS profile '" + name + "'",
                    "AWS_PROFILE names it, and neither ~/.aws/credentials nor ~/.aws/config has it.");
    }
    return profile;
}

} // namespace sluice::s3
