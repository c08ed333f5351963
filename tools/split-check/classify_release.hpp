#pragma once

#include "tools/split-check/classify.hpp"

#include <vector>

namespace sluice::split_check {

/// The two sides of a release; `base` is null where only a list of files is known.
struct Sides {
    Source* base = nullptr;
    Source* head = nullptr;
};

/// Classifies all changes, reading only what the decision needs: the trees when a path could be a migration, and the
/// text of those files in one go. Errors: those of the sources.
[[nodiscard]] Result<std::vector<ClassifiedFile>> classify_release(std::vector<Change> changes, Config const& config,
                                                                   Sides sides);

/// The presets whose marker is in one of the trees, among those that `wanted` names.
[[nodiscard]] Result<std::vector<Preset const*>> alive_presets(std::vector<Preset const*> const& wanted,
                                                               Config const& config, Sides sides);

} // namespace sluice::split_check
