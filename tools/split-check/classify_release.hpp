#pragma once

#include "tools/split-check/presets_in_use.hpp"

#include <vector>

namespace sluice::split_check {

/// Classifies all changes, reading only what the decision needs: the trees when a path could be a migration, and the
/// text of those files in one go. Errors: those of the sources.
[[nodiscard]] Result<std::vector<ClassifiedFile>> classify_release(std::vector<Change> changes, Config const& config,
                                                                   Sides sides);

/// The same where the tools in use are known.
[[nodiscard]] Result<std::vector<ClassifiedFile>> classify_changes(std::vector<Change> changes, Config const& config,
                                                                   PresetsInUse const& in_use, Sides sides);

} // namespace sluice::split_check
