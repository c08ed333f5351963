#pragma once

#include "tools/db-snapshot/mask_plan.hpp"

namespace sluice::db_snapshot {

/// Names every unique index whose values the masks may make equal, every exclusion constraint on a masked column, and
/// every foreign key whose ends are masked differently. Pure. `tables` go with `source.tables`.
void check_keys(MaskSource const& source, std::vector<MaskedTable> const& tables, std::vector<std::string>& problems);

} // namespace sluice::db_snapshot
