#include "common/snapshot/readings.hpp"

#include "common/snapshot/large_objects.hpp"
#include "common/snapshot/table_ranges.hpp"

namespace sluice::snapshot {

std::vector<ReadingUnit> plan_readings(Inventory const& inventory) {
    std::vector<ReadingUnit> units;
    for (auto const& unit : plan_units(inventory.tables)) {
        auto& readings = units.emplace_back();
        for (auto const& slice : unit.slices) {
            readings.push_back({copy_out_sql(inventory.tables[slice.table], slice.blocks), slice.table,
                                slice.blocks ? slice.blocks->first : 0});
        }
    }
    for (auto const& range : plan_large_objects(inventory.large_objects)) {
        units.push_back({{copy_large_objects_sql(range), inventory.tables.size(), range.first}});
    }
    return units;
}

} // namespace sluice::snapshot
