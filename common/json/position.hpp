#pragma once

#include "common/result/error.hpp"

#include <string>
#include <string_view>

namespace sluice::json {

/// Where the key that `path` names stands in a valid document, for an error with a caret. `path` as `ObjectReader`
/// writes it ("/tables/3/name"); where its end is not there, the nearest part of it that is. Columns count bytes
/// from 1.
[[nodiscard]] result::SourcePosition position_of_path(std::string_view text, std::string_view path,
                                                      std::string const& name);

/// The position of a byte, counted from 0.
[[nodiscard]] result::SourcePosition position_of_byte(std::string_view text, std::size_t offset,
                                                      std::string const& name);

} // namespace sluice::json
