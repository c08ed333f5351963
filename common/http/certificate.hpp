#pragma once

#include "common/time/clock.hpp"

#include <optional>
#include <string>

namespace sluice::http {

/// Reads libcurl's "Expire date" of a certificate, as OpenSSL prints it: "Nov 22 03:00:00 2026 GMT".
[[nodiscard]] std::optional<time::Wall> certificate_date(std::string const& text);

} // namespace sluice::http
