#pragma once

#include "common/result/result.hpp"

#include <string>

namespace sluice::config {

/// The whole text of a file that people write, or of stdin for "-". Errors: usage, with `hint` for one that cannot be
/// opened; also for one larger than 16 MiB.
[[nodiscard]] Result<std::string> read_input(std::string const& path, std::string const& hint);

} // namespace sluice::config
