#pragma once

#include <string>
#include <string_view>

namespace sluice::encoding {

inline constexpr std::string_view k_upper_case_hex = "0123456789ABCDEF";
inline constexpr std::string_view k_lower_case_hex = "0123456789abcdef";

/// Every byte but letters, digits and "-._~" as %XX: "a b/c" as one part of a path or a query. `also_plain` are further
/// characters that stay as they are. Source: RFC 3986, 2.1 and 2.3.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view also_plain = {},
                                          std::string_view hex = k_upper_case_hex);

} // namespace sluice::encoding
