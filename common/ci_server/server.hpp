#pragma once

#include "common/http/client.hpp"

#include <string>

namespace sluice::ci_server {

/// Where a CI system's API is, and with which read-only token it is asked.
struct Server {
    std::string url{}; ///< GitLab: CI_API_V4_URL; Jenkins: the URL of a build
    http::Headers headers{};
    http::Tls tls{};
};

/// Errors: usage for a URL that is no https, except to this machine itself: a token would travel in the open.
[[nodiscard]] Result<void> check_url(std::string const& url);

} // namespace sluice::ci_server
