#pragma once

#include "common/snapshot/inventory.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sluice::snapshot {

/// Heap blocks of one table, [first, end); no end means to the table's end, however far it has grown.
struct BlockRange {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> end{};
};

/// What one COPY reads: a table, or a range of it.
struct TableSlice {
    std::size_t table = 0; ///< counts into `Inventory::tables`
    std::optional<BlockRange> blocks{};
};

/// What one worker does in one go. Its slices share chunks.
struct WorkUnit {
    std::vector<TableSlice> slices;
    std::uint64_t blocks = 0; ///< estimate of its size
};

/// Blocks that one COPY of a big table reads: 8 MiB of heap, about one chunk of text.
inline constexpr std::uint64_t k_blocks_per_range = 1024;

/// Cuts the tables into units, biggest first. A big table becomes ranges, so that many workers read it and an
/// unchanged range gives the same chunk tomorrow. Small tables are bundled, so that 2,000 of them are not 2,000
/// objects; where a bundle ends depends on the tables' names alone, so that one table's growth does not reshuffle the
/// others. Without usable ranges a table is read whole. Tables whose data is excluded are left out.
[[nodiscard]] std::vector<WorkUnit> plan_units(std::vector<Table> const& tables);

/// The COPY … TO STDOUT for a slice.
[[nodiscard]] std::string copy_out_sql(Table const& table, std::optional<BlockRange> const& blocks);

/// The COPY … FROM STDIN for any part of the table.
[[nodiscard]] std::string copy_in_sql(Table const& table);

} // namespace sluice::snapshot
