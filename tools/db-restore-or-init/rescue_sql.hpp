#pragma once

#include "common/result/result.hpp"
#include "common/snapshot/inventory.hpp"
#include "tools/db-restore-or-init/table_facts.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// How the newer rows of one table get from the broken database into the restored one. Every column travels as text.
struct RescuePlan {
    std::string table;                      ///< "schema.table"
    std::string quoted;                     ///< the same, quoted
    std::vector<std::string> columns{};     ///< all stored ones of the broken database
    std::vector<std::string> carried{};     ///< those that the restored one has too, of the same type
    std::vector<std::string> not_carried{}; ///< the others
    std::vector<std::string> retyped{};     ///< those of the others that are there, of another type
    std::vector<std::string> key{};
    std::map<std::string, std::string> types{}; ///< of the carried columns
    std::string mark{};  ///< in the broken database: a column that is new holds more than its default
    std::string raw{};   ///< the staging table of all rows
    std::string newer{}; ///< the staging table of the newer ones
};

/// `number` names the staging tables. Errors: refused where the restored table does not have the same key. Pure.
[[nodiscard]] Result<RescuePlan> plan_rescue(snapshot::Table const& broken, TableFacts const& broken_facts,
                                             snapshot::Table const& restored, TableFacts const& restored_facts,
                                             std::size_t number);

inline constexpr char const* k_rescue_schema = "sluice_rescue";

// Statements for the restored database, but for `copy_broken_sql`, which reads the broken one. All pure.
[[nodiscard]] std::string copy_broken_sql(RescuePlan const& plan);
[[nodiscard]] std::string create_raw_sql(RescuePlan const& plan);
[[nodiscard]] std::string copy_raw_sql(RescuePlan const& plan);
/// Keeps the rows whose key is new or whose content differs, numbered from 1 in `sluice_n`.
[[nodiscard]] std::string select_newer_sql(RescuePlan const& plan);
/// Carries the waiting rows numbered `first` to `last` over, all or none.
[[nodiscard]] std::string carry_sql(RescuePlan const& plan, std::int64_t first, std::int64_t last);
/// A page of the rows that were not carried, or not whole: number and JSON line, `$1` the last number seen.
[[nodiscard]] std::string left_over_sql(RescuePlan const& plan);

/// Moves the restored database's sequences on to where the broken one's stood, never back, so that no number is given
/// twice.
[[nodiscard]] std::vector<std::string> advance_sequences_sql(std::vector<snapshot::Sequence> const& restored,
                                                             std::vector<snapshot::Sequence> const& broken);

} // namespace sluice::db_restore
