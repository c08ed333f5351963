#pragma once

#include "common/http/client.hpp"
#include "common/time/clock.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::s3 {

struct AccessKey {
    std::string id{};
    std::string secret{};
    std::string session_token{}; ///< empty for keys that do not expire
};

using Query = std::vector<std::pair<std::string, std::string>>;

/// In place of a body's hash. Source: AWS, "Authenticating Requests: Using the Authorization Header".
inline constexpr char const* k_unsigned_payload = "UNSIGNED-PAYLOAD";

/// A request as it is sent, without its signature.
struct Unsigned {
    std::string method = "GET";
    std::string host{};           ///< with the port where it is not the scheme's own
    std::string path = "/";       ///< encoded, as it is sent
    Query query{};                ///< plain
    http::Headers headers{};      ///< further ones to be signed, as they are sent
    std::string payload_sha256{}; ///< hex, of the body; or `k_unsigned_payload`
};

struct Scope {
    std::string region{};
    std::string service = "s3";
};

/// The headers that sign a request: x-amz-date, for S3 x-amz-content-sha256, x-amz-security-token where the key has
/// one, and Authorization. A server takes them for 15 minutes. Source: AWS, "Signature Version 4 for API requests".
[[nodiscard]] http::Headers sign(Unsigned const& request, AccessKey const& key, Scope const& scope, time::Wall when);

/// Percent-encoded by RFC 3986, every byte but unreserved ones and "/".
[[nodiscard]] std::string encoded_path(std::string_view path);
/// "a=1&b=", sorted by the encoded key, every key with "="; as it is signed and sent.
[[nodiscard]] std::string encoded_query(Query const& query);

} // namespace sluice::s3
