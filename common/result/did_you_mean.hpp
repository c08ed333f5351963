#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::result {

/// A sentence "did you mean 'x'?" for the candidate nearest to `wrong` by edit distance, or an empty text when none is
/// near (more than a third of its letters differ).
[[nodiscard]] std::string did_you_mean(std::string_view wrong, std::vector<std::string> const& candidates);

} // namespace sluice::result
