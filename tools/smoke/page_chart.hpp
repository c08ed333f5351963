#pragma once

#include "tools/smoke/during_report.hpp"

#include <string>

namespace sluice::smoke {

/// The rows of the page's chart, one below the other over the same span of time.
[[nodiscard]] std::string chart_html(Timeline const& timeline, DuringFindings const& findings);

} // namespace sluice::smoke
