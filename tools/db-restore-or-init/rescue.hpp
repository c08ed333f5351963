#pragma once

#include "common/postgres/connection.hpp"
#include "common/snapshot/manifest.hpp"
#include "tools/db-restore-or-init/loss_reading.hpp"
#include "tools/db-restore-or-init/rescue_file.hpp"
#include "tools/db-restore-or-init/rollback_report.hpp"

#include <set>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// Whether the newer rows of these tables can be told from the older ones: each is in the database and in the snapshot
/// and has a key of columns that the snapshot has too. Errors: refused. Pure.
[[nodiscard]] Result<void> check_rescuable(std::set<std::string> const& tables, LossReading const& reading,
                                           snapshot::Inventory const& then);

/// Carries rows that were inserted or updated since from the broken database into the restored one, before the swap.
/// Deletions are not carried. A row that a constraint refuses, and a row with values for which there is no column of
/// the same type, goes to `file`. Triggers of the user's do not fire again. Sequences move on. The rows stream through
/// a staging table of the restored database; memory stays flat. Errors: refused, and those of the file and servers.
[[nodiscard]] Result<std::vector<Rescued>> rescue_rows(postgres::ConnectionParameters const& broken,
                                                       postgres::ConnectionParameters const& restored,
                                                       std::set<std::string> const& tables, LossReading const& reading,
                                                       snapshot::Inventory const& then, RescueFile& file);

} // namespace sluice::db_restore
