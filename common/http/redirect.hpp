#pragma once

#include "common/http/client.hpp"

#include <string>

namespace sluice::http {

/// Whether two URLs have scheme, host and port in common. False for what is no URL.
[[nodiscard]] bool same_origin(std::string const& left, std::string const& right);

/// The request that follows a redirect: to another origin without headers, body and client certificate. Source: RFC
/// 9110 section 15.4 for the method. Errors: refused for a step from https to http, and for a body that would have to
/// be sent to another origin.
[[nodiscard]] Result<Request> follow_redirect(Request const& request, int status, std::string const& location);

} // namespace sluice::http
