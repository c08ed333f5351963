#pragma once

#include "common/cli/context.hpp"
#include "tools/db-snapshot/options.hpp"
#include "tools/db-snapshot/run_record.hpp"

#include <memory>

namespace sluice::db_snapshot {

/// Makes the snapshot visible as running. In the background the caller gets its id then. Errors: as the store; those of
/// the dotenv and log files, and the run has failed then.
[[nodiscard]] Result<std::unique_ptr<RunRecord>> begin_run(snapshot::Catalog const& catalog, Options const& options,
                                                           cli::Context& context);

/// Fills in what every manifest has, writes it and ends the run. Promotes it where it is known to be whole.
[[nodiscard]] Result<void> publish(snapshot::Catalog const& catalog, RunRecord& record, Options const& options,
                                   cli::Context& context, snapshot::Manifest& manifest);

/// In the foreground: the --dotenv file, once the snapshot is complete.
[[nodiscard]] Result<void> write_names_at_end(Options const& options, std::string const& name, std::string const& id);

/// The newest snapshot under the name, for the chunks that need not be stored again. Errors: usage when it is of the
/// other kind: `latest` must not turn from a database into a stream.
[[nodiscard]] Result<std::vector<snapshot::ChunkInfo>> chunks_of_newest(snapshot::Catalog const& catalog,
                                                                        bool is_stream);

} // namespace sluice::db_snapshot
