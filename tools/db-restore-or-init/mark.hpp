#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-restore-or-init/options.hpp"

namespace sluice::db_restore {

/// The verb: writes into the database's comment what it is, or removes the mark; the rest of the comment is kept. Only
/// its owner may. Errors: denied, with the GRANT.
[[nodiscard]] Result<cli::ExitCode> mark(Options const& options, cli::Context& context);

} // namespace sluice::db_restore
