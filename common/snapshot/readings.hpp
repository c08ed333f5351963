#pragma once

#include "common/snapshot/inventory.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::snapshot {

/// One COPY … TO STDOUT and where its rows belong.
struct Reading {
    std::string sql;
    std::size_t table = 0;   ///< counts into `Inventory::tables`; one past the end for large objects
    std::uint64_t order = 0; ///< among the readings of the same table
};

/// What one worker reads in one go; the rows of one unit share chunks.
using ReadingUnit = std::vector<Reading>;

/// All that has to be read of a database, biggest first: see `plan_units` and `plan_large_objects`.
[[nodiscard]] std::vector<ReadingUnit> plan_readings(Inventory const& inventory);

} // namespace sluice::snapshot
