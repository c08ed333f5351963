#include "common/store/content_name.hpp"

#include "common/crypto/digest.hpp"

namespace sluice::store {

namespace {

constexpr char k_against = '-';

} // namespace

bool is_content_name(std::string_view text) {
    auto const end = text.find(k_against);
    return crypto::is_sha256_hex(text.substr(0, end)) &&
           (end == std::string_view::npos || crypto::is_sha256_hex(text.substr(end + 1)));
}

std::string difference_name(std::string_view digest, std::string_view base_digest) {
    return std::string(digest).append(1, k_against).append(base_digest);
}

} // namespace sluice::store
