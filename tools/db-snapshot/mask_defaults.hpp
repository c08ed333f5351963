#pragma once

#include "tools/db-snapshot/mask_plan.hpp"

namespace sluice::db_snapshot {

/// Whether an expression holds a text literal that is not empty, or a number of five digits or more; pure. What
/// nextval('…') names is a sequence and does not count.
[[nodiscard]] bool holds_literal(std::string_view expression);

/// Takes the defaults out of an uncompressed pg_dump archive, in place: blanks stand where they stood, so that every
/// length in the archive stays right. Pure. Errors: internal where the default of a column that is not inherited is not
/// found, since it would stay in the archive.
[[nodiscard]] Result<void> remove_defaults(std::string& archive, std::vector<DroppedDefault> const& defaults);

} // namespace sluice::db_snapshot
