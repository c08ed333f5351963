#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Takes a snapshot of `options.source` into the store and prints its id. However it ends, status.json says so; a
/// snapshot whose manifest was not written does not exist. Errors: as SourceView::open and the store.
[[nodiscard]] Result<cli::ExitCode> take(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
