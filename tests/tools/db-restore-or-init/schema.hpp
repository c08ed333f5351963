#pragma once

#include "common/json/json.hpp"

#include <string>

namespace sluice::test {

/// Reads a schema that lies beside the tool's code.
[[nodiscard]] Json read_schema(std::string const& name);

/// What is wrong with the value by the schema, or empty. Knows the keywords that our schemas use; another one is an
/// error of the schema.
[[nodiscard]] std::string violation(Json const& value, Json const& schema, Json const& root, std::string const& path);

} // namespace sluice::test
