#pragma once

#include "common/config/file_reader.hpp"
#include "tools/gate-wait/window.hpp"

namespace sluice::gate_wait {

/// Reads "tz", "rule", "from", "to", "min_remaining", "except" and "deny" of an object whose other keys are the
/// caller's; `finish` stays with the caller too. Errors: usage at the value; unknown for a zone that is not there.
[[nodiscard]] Result<Window> read_window_keys(config::FileReader const& file, json::ObjectReader& reader,
                                              ci::Environment const& environment);

/// A day such as "2026-12-22". Errors: usage.
[[nodiscard]] Result<std::chrono::local_days> parse_date(std::string const& text);

} // namespace sluice::gate_wait
