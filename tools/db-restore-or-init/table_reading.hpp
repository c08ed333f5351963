#pragma once

#include "common/snapshot/inventory.hpp"
#include "common/snapshot/row_difference.hpp"
#include "tools/db-restore-or-init/table_facts.hpp"

#include <string>
#include <vector>

namespace sluice::db_restore {

/// How the rows of one table, whose columns may have changed since, are held against its rows of then.
struct TableReading {
    std::string sql;                ///< COPY … TO STDOUT of now: the common columns, then perhaps the mark
    bool marks_new_columns = false; ///< the last column says whether a new column holds more than its default
    snapshot::RowShape then{};
    snapshot::RowShape now{};
    bool same_columns = false; ///< as then, so that the manifest's hash can be used
    std::vector<std::string> new_columns{};
    std::vector<std::string> gone_columns{};
};

/// Pure. Columns are known by their names.
[[nodiscard]] TableReading plan_reading(snapshot::Table const& then, snapshot::Table const& now,
                                        TableFacts const& facts);

/// SQL that is true where one of `columns` holds something else than what ADD COLUMN gave to the rows of then. Pure.
[[nodiscard]] std::string mark_sql(std::vector<std::string> const& columns, TableFacts const& facts);

} // namespace sluice::db_restore
