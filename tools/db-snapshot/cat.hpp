#pragma once

#include "common/cli/context.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/store/store.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Hands over a stream piece by piece; each piece is proved before, the whole at the end. Errors: bad_data; those of
/// `take`.
[[nodiscard]] Result<void> read_stream(store::Store& store, snapshot::Manifest const& manifest,
                                       std::function<Result<void>(std::string_view)> const& take);

/// The verb.
[[nodiscard]] Result<cli::ExitCode> cat(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
