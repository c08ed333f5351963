#pragma once

#include "common/result/result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sluice::cli {

/// Names and values in the order in which they are written.
using DotenvLines = std::vector<std::pair<std::string, std::string>>;

/// Writes `NAME=value` lines that GitLab takes as a dotenv report and Jenkins as properties; readers see the whole file
/// or none of it. Values are written as they are: both readers know no quotes.
/// Errors: bad_data for a name or value that would not survive (a line break, a control character); denied, not_found,
/// temporary when the file cannot be written. Source: GitLab "artifacts:reports:dotenv".
[[nodiscard]] Result<void> write_dotenv(std::string const& path, DotenvLines const& lines);

} // namespace sluice::cli
