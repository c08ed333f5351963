#pragma once

#include <string>
#include <string_view>

namespace sluice::log {

/// Takes note of a secret; from then on `redact` hides it raw, URL-encoded, as base64 and escaped as in
/// JSON, SQL and connection strings. Secrets of fewer than 4 bytes are ignored, since hiding them would blank ordinary
/// words. Thread-safe.
void remember_secret(std::string_view secret);

/// The text with every remembered secret replaced by "***", and with the password of any URI or `password=` setting
/// hidden even if it was never remembered. Every sink (log, error text, report) passes through here. Thread-safe.
[[nodiscard]] std::string redact(std::string_view text);

/// For tests.
void forget_secrets();

} // namespace sluice::log
