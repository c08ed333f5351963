#pragma once

#include "common/result/error.hpp"

#include <string>
#include <string_view>

namespace sluice::json {

/// The position of a byte, counted from 0.
[[nodiscard]] result::SourcePosition position_of_byte(std::string_view text, std::size_t offset,
                                                      std::string const& name);

} // namespace sluice::json
