#pragma once

#include "tools/db-restore-or-init/restore.hpp"

#include <string>

namespace sluice::db_restore {

/// Makes and fills the database `fresh`: loads it, clones it from a template, or initialises it, then runs the user's
/// own files. Notes in `outcome` what it did. `then` follows at once; the database is dropped when anything of this
/// fails.
[[nodiscard]] Result<void> fill_fresh(Plan const& plan, Options const& options, postgres::Session& maintenance,
                                      cli::Context& context, std::string const& fresh, Outcome& outcome,
                                      std::function<Result<void>()> const& then);

} // namespace sluice::db_restore
