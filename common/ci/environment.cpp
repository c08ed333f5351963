#include "common/ci/environment.hpp"

#include <string_view>
#include <unistd.h>

namespace sluice::ci {

Environment Environment::of_process() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string_view const text{*entry};
        std::size_t const sign = text.find('=');
        if (sign != std::string_view::npos) {
            variables.emplace(text.substr(0, sign), text.substr(sign + 1));
        }
    }
    return Environment{std::move(variables)};
}

std::optional<std::string> Environment::get(std::string const& name) const {
    auto const place = m_variables.find(name);
    if (place == m_variables.end() || place->second.empty()) {
        return std::nullopt;
    }
    return place->second;
}

} // namespace sluice::ci
