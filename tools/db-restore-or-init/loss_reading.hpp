#pragma once

#include "common/snapshot/manifest.hpp"
#include "common/snapshot/source_view.hpp"
#include "common/store/store.hpp"
#include "tools/db-restore-or-init/loss_report.hpp"
#include "tools/db-restore-or-init/table_facts.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// Rows that a table may have at the time of the snapshot for its changes to be counted one by one: 32 MB of memory
/// for each table that is read at that moment.
inline constexpr std::uint64_t k_rows_counted_exactly = 1'000'000;

struct LossReading {
    LossReport report{};
    snapshot::Inventory now{};
    std::vector<std::string> tables{};           ///< all tables of now or then, as "schema.table"
    std::map<std::uint32_t, TableFacts> facts{}; ///< of the tables of now, by oid
};

/// Reads the database whole under one consistent view, and the snapshot's rows where they differ, and counts what was
/// written since. Whether a table is as it was is always read from its rows and never from statistics. Tables of more
/// than `exact_rows` rows that differ are counted by the statistics. Memory: 32 bytes a row for `workers` tables at a
/// time. Errors: as `SourceView::open`; bad_data for a damaged snapshot.
[[nodiscard]] Result<LossReading> read_losses(postgres::ConnectionParameters const& database, store::Store& store,
                                              snapshot::Manifest const& then, snapshot::SourceOptions const& options,
                                              std::uint64_t exact_rows, time::Clock& clock);

} // namespace sluice::db_restore
