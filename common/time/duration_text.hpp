#pragma once

#include "common/result/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice::time {

/// Reads "500ms", "30s", "5m", "2h", "7d", "2w" or a sum such as "1h30m". A unit is mandatory, zero is allowed.
/// Errors: usage when the text is empty, has no unit, or does not fit 64 bits.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The two largest units: "2d 3h", "4m 10s", "12.3s", "250ms".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

} // namespace sluice::time
