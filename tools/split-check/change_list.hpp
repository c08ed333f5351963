#pragma once

#include "tools/split-check/model.hpp"

#include <string_view>
#include <vector>

namespace sluice::split_check {

/// Reads a list of changed files: plain paths or "STATUS<TAB>path[<TAB>new path]", one a line or ended by NUL, and
/// what `git diff --name-status -z` prints. A rename counts as a deletion and an addition.
[[nodiscard]] std::vector<Change> parse_change_list(std::string_view text);

} // namespace sluice::split_check
