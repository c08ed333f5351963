#pragma once

#include "common/json/json.hpp"

#include <optional>
#include <string>

namespace sluice::snapshot {

/// A database's comment in two halves: what its people wrote, and our structured last line (`sluice: {…}`), which says
/// production, provenance or shadow. A comment survives a rename; neither a template clone nor a plain dump copies it.
struct DatabaseComment {
    std::string text;
    std::optional<Json> marker;
    bool marker_damaged = false; ///< the line is there but is no JSON object: nothing may be concluded from it
};

[[nodiscard]] DatabaseComment split_comment(std::string const& comment);
[[nodiscard]] std::string join_comment(std::string const& text, Json const& marker);

} // namespace sluice::snapshot
