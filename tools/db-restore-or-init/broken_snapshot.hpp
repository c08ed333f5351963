#pragma once

#include "common/postgres/connection.hpp"
#include "common/process/runner.hpp"
#include "tools/db-restore-or-init/options.hpp"

#include <string>

namespace sluice::db_restore {

/// The name in the store for broken states of `name`: one of its own, so that `latest` of the database never means a
/// broken one.
[[nodiscard]] std::string broken_name(std::string const& name);
[[nodiscard]] bool is_broken_name(std::string const& name);

/// Has db-snapshot, the program beside this one or else in PATH, take a snapshot of the broken state. Returns its id.
/// Errors: as the program's exit status says.
[[nodiscard]] Result<std::string> take_broken_snapshot(process::Runner& runner,
                                                       postgres::ConnectionParameters const& database,
                                                       std::string const& name, Options const& options);

} // namespace sluice::db_restore
