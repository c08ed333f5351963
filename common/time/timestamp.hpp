#pragma once

#include "common/result/result.hpp"
#include "common/time/clock.hpp"

#include <string>
#include <string_view>

namespace sluice::time {

/// ISO 8601 in UTC with milliseconds: "2026-11-22T00:15:30.123Z".
[[nodiscard]] std::string timestamp_text(Wall when);

/// The same instant with seconds and nothing that a file or database name could trip over: "20261122T001530Z".
[[nodiscard]] std::string compact_timestamp(Wall when);

/// Reads what `timestamp_text` writes, the milliseconds being optional. Errors: bad_data.
[[nodiscard]] Result<Wall> parse_timestamp(std::string_view text);

} // namespace sluice::time
