#pragma once

#include "common/json/forward.hpp"
#include "common/result/result.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sluice::json {

/// Parses one document. `name` is the file's name for messages. A repeated key is an error, since the second value
/// would win silently. Errors: bad_data with line, column and the line's text.
[[nodiscard]] Result<Json> parse(std::string_view text, std::string const& name);

/// One line, or indented by two spaces. Invalid UTF-8 is replaced, so this never fails.
[[nodiscard]] std::string dump(Json const& value);
[[nodiscard]] std::string dump_indented(Json const& value);

} // namespace sluice::json
