#pragma once

#include "common/result/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sluice::db_restore {

/// What an origin's data must be to be taken. What does not apply to an origin's kind is refused when it is read.
struct Conditions {
    std::optional<std::chrono::milliseconds> max_age{}; ///< a live database has no age
    bool verified = false;                              ///< `db-snapshot verify` has read it since it was written
    bool masked = false;
    std::string migration{}; ///< the schema's version as its migration tool states it; empty: any
};

/// Where a stage's data may come from.
struct Origin {
    enum class Kind { live, snapshot, command };
    Kind kind = Kind::snapshot;
    std::string what = "latest"; ///< a connection reference, or `latest` or a snapshot's id, or a shell command
    Conditions conditions{};
};

/// Reads `live:REF`, `snapshot:latest`, `snapshot:ID` or `command:CMD`. Errors: usage.
[[nodiscard]] Result<Origin> parse_origin(std::string const& text);

/// As it was written.
[[nodiscard]] std::string to_text(Origin const& origin);

} // namespace sluice::db_restore
