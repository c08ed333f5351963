#pragma once

#include "common/cli/context.hpp"
#include "tools/split-check/options.hpp"
#include "tools/split-check/waiver.hpp"

#include <string>
#include <vector>

namespace sluice::split_check {

/// A path below the repository that the options name.
[[nodiscard]] std::string in_repo(Options const& options, std::string const& path);

/// The trailers of a range's commits. Errors: those of git.
[[nodiscard]] Result<std::vector<Waiver>> trailer_waivers(Git const& git, Range const& range);

/// Those of the file, of comments in the release's migrations and, where the release is mixed, of the variable. Errors:
/// usage for a file that is none.
[[nodiscard]] Result<std::vector<Waiver>> stated_waivers(Release const& release, Options const& options,
                                                         cli::Context& context);

} // namespace sluice::split_check
