#pragma once

#include "common/ci/environment.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::config {

/// Whether a variable of that name is likely to hold a secret.
[[nodiscard]] bool names_a_secret(std::string_view name);

/// Remembers for redaction whatever the environment holds under such a name, from 6 bytes on: a token that some server
/// echoes is hidden even where no check uses it.
void remember_secrets_of(ci::Environment const& environment);

/// Remembers the user's password inside "Authorization: Basic …", which a server may echo in plain text.
void remember_basic_login(std::vector<std::pair<std::string, std::string>> const& headers);

} // namespace sluice::config
