#pragma once

#include "tools/db-snapshot/mask_file.hpp"

#include <string>

namespace sluice::db_snapshot {

/// SQL that masks a document's paths. `document` is of type jsonb. A value that a path with a mask names becomes a text
/// whatever it was; a path that is not there stays away; a document that is no object or array where a path goes on
/// becomes null. Null for null.
[[nodiscard]] std::string json_mask_sql(MaskRule const& rule, std::string const& document);

} // namespace sluice::db_snapshot
