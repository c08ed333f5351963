#pragma once

#include "common/json/json.hpp"

#include <string>

namespace sluice::test {

/// What is wrong with the document by the schema file (from the root of the sources), one line each, or empty. The
/// schema itself is checked too. Judged by Python's jsonschema, a whole second opinion.
[[nodiscard]] std::string schema_violations(Json const& document, std::string const& schema_file);

} // namespace sluice::test
