#pragma once

#include <string>
#include <string_view>

namespace sluice::postgres {

/// `"name"` with inner quotes doubled. Valid for every name that a server holds.
[[nodiscard]] std::string quote_identifier(std::string_view name);

/// `'text'` or, with a backslash inside, `E'text'`: right for both settings of standard_conforming_strings.
[[nodiscard]] std::string quote_literal(std::string_view text);

} // namespace sluice::postgres
