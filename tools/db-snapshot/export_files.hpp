#pragma once

#include "common/cli/context.hpp"
#include "common/cli/exit_code.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Writes a snapshot as plain files: schema.dump (pg_restore reads it), one zstd file of COPY text per table, SQL for
/// sequences, large objects and the database's own settings, and a restore.sh that needs no Sluice. Every chunk is
/// proved on the way. Errors: refused when the directory holds something; bad_data; temporary (disk full).
[[nodiscard]] Result<cli::ExitCode> export_files(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
