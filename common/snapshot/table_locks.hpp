#pragma once

#include "common/snapshot/inventory.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshot {

/// Statements that lock every table, itself only and not its children, in the mode: "ACCESS SHARE", "SHARE". A
/// statement with all names of a large schema would be megabytes long, hence several.
[[nodiscard]] std::vector<std::string> lock_statements(std::vector<TableName> const& tables, std::string_view mode);

/// Whether both lists name the same tables in the same order, whatever they are called now.
[[nodiscard]] bool are_same_tables(std::vector<TableName> const& one, std::vector<TableName> const& other);

/// Tables came, went or were rewritten while they were being locked: a conflict. `how` goes on from "tables changed".
[[nodiscard]] tl::unexpected<Error> tables_changed(std::string const& how = "while they were being locked");

/// Whether another attempt to lock may go well: a lock not had in time, a deadlock, tables dropped or changed
/// meanwhile.
[[nodiscard]] bool is_lock_conflict(Error const& error);

} // namespace sluice::snapshot
