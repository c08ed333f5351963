#pragma once

#include "common/ci/environment.hpp"
#include "common/http/client.hpp"

#include <string_view>

namespace sluice::smoke {

/// Whether a variable of that name is likely to hold a secret.
[[nodiscard]] bool names_a_secret(std::string_view name);

/// Remembers for redaction whatever the environment holds under such a name, from 6 bytes on: a token that some server
/// echoes is hidden even where no check uses it.
void remember_secrets_of(ci::Environment const& environment);

/// Remembers the user's password inside "Authorization: Basic …", which a server may echo in plain text.
void remember_basic_login(http::Headers const& headers);

} // namespace sluice::smoke
