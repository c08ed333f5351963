#pragma once

#include "common/cli/context.hpp"
#include "tools/db-snapshot/options.hpp"

namespace sluice::db_snapshot {

/// Prints a new key. It is in no store yet, and nowhere else either.
[[nodiscard]] Result<cli::ExitCode> key_generate(Options const& options, cli::Context& context);

/// Who can open an encrypted store, and with which keys it is sealed. Schema of --json: key_list.schema.json.
[[nodiscard]] Result<cli::ExitCode> key_list(Options const& options, cli::Context& context);

/// Changes of that: none of them touches what is sealed. They print the list as it is then, as `key_list` does.
[[nodiscard]] Result<cli::ExitCode> key_add(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> key_remove(Options const& options, cli::Context& context);
[[nodiscard]] Result<cli::ExitCode> key_rotate(Options const& options, cli::Context& context);

} // namespace sluice::db_snapshot
