#pragma once

#include "common/snapshot/marker.hpp"

#include <string>

namespace sluice::db_restore {

// What the structured last line of a database's comment may say. Schema: marker.schema.json.

inline constexpr unsigned k_marker_version = 1;

enum class MarkerKind {
    none,        ///< no marker line
    environment, ///< said by its people with `mark`
    provenance,  ///< a stage that was restored or initialised by this tool
    leftover,    ///< a side database that is being filled, or whose restore died
    shadow,      ///< restored beside a live database, until it expires
    copy_source, ///< a template for further restores of one snapshot
    damaged,     ///< a line that is no marker we know: nothing may be concluded from it
};

[[nodiscard]] MarkerKind kind_of(snapshot::DatabaseComment const& comment);

/// "production" in any case of letters.
[[nodiscard]] bool is_production(std::string const& environment);

/// A text of the marker, or empty.
[[nodiscard]] std::string text_in(snapshot::DatabaseComment const& comment, std::string const& key);

/// A template that was filled to its end.
[[nodiscard]] bool is_complete_template(snapshot::DatabaseComment const& comment);

[[nodiscard]] Json environment_marker(std::string const& environment, std::string const& system_identifier);
[[nodiscard]] Json leftover_marker(std::string const& target, std::string const& started);
[[nodiscard]] Json template_marker(std::string const& snapshot, bool complete);

} // namespace sluice::db_restore
