#pragma once

#include "tools/smoke/during_report.hpp"

#include <string>

namespace sluice::smoke {

/// The timeline as one HTML page that needs nothing else: no script, no font, no network. Follows the reader's light or
/// dark scheme and the width of the screen.
[[nodiscard]] std::string page_text(Timeline const& timeline, DuringFindings const& findings, RunRecord const& record,
                                    std::optional<int> exit_code);

} // namespace sluice::smoke
