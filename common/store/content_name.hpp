#pragma once

#include <string>
#include <string_view>

namespace sluice::store {

/// The last part of the key of an object that is named by what it holds: the digest of its content (64 lower-case hex
/// digits), or, of a difference to another such object, its digest, a "-" and the other's.
[[nodiscard]] bool is_content_name(std::string_view text);

/// The name of a difference. Both are digests.
[[nodiscard]] std::string difference_name(std::string_view digest, std::string_view base_digest);

} // namespace sluice::store
