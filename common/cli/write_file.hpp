#pragma once

#include "common/result/result.hpp"

#include <string>
#include <string_view>

namespace sluice::cli {

/// Writes a file that readers see whole or not at all: under a temporary name, synced, renamed. Errors: denied,
/// not_found, temporary.
[[nodiscard]] Result<void> write_file(std::string const& path, std::string_view text);

} // namespace sluice::cli
