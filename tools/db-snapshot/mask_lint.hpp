#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Prints what the mask file leaves undecided in the source, what does not fit, and what looks personal and stays in
/// clear. Needs no key; no value leaves the server. Exit code: ok when all is decided and fits; no where something is
/// undecided; usage where the file does not fit. Errors: as `read_mask_file` and `postgres::connect`.
[[nodiscard]] Result<cli::ExitCode> mask_lint(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
