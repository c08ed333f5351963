#pragma once

#include "common/result/result.hpp"

#include <string>

namespace sluice::db_restore {

/// Where a stage's data may come from.
struct Origin {
    enum class Kind { live, snapshot };
    Kind kind = Kind::snapshot;
    std::string what = "latest"; ///< a connection reference, or `latest`, or a snapshot's id
};

/// Reads `live:REF`, `snapshot:latest` or `snapshot:ID`. Errors: usage.
[[nodiscard]] Result<Origin> parse_origin(std::string const& text);

/// As it was written.
[[nodiscard]] std::string to_text(Origin const& origin);

} // namespace sluice::db_restore
