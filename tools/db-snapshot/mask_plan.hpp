#pragma once

#include "common/snapshot/inventory.hpp"
#include "common/snapshot/manifest.hpp"
#include "tools/db-snapshot/mask_file.hpp"
#include "tools/db-snapshot/mask_source.hpp"

#include <string>
#include <vector>

namespace sluice::db_snapshot {

/// Something that the mask file does not decide, and the line that would.
struct Undecided {
    std::string what; ///< "public.person.email", "comments", "default of public.orders.state"
    std::string type; ///< of a column, else empty
    std::string line; ///< for the mask file
};

/// A default that holds a literal and belongs to a masked column.
struct DroppedDefault {
    std::string schema;
    std::string table;
    std::string column;
    std::string sql;
    bool inherited = false; ///< then the archive may state it at the parent alone

    [[nodiscard]] std::string plain_name() const { return schema + "." + table + "." + column; }
};

/// The rows of one table: what COPY selects in place of each of its columns.
struct MaskedTable {
    std::vector<std::string> expressions; ///< empty where nothing is masked
    std::vector<MaskRule> rules;          ///< one for each column that has a decision, else keep
    std::vector<bool> decided;
};

struct MaskPlan {
    std::vector<Undecided> undecided;
    std::vector<std::string> problems; ///< where the file and the database contradict each other
    std::vector<MaskedTable> tables;   ///< one for each of `MaskSource::tables`
    std::vector<DroppedDefault> dropped_defaults;
    snapshot::Masking masking; ///< without the key's fingerprint
};

/// What the mask file means for a database; pure.
[[nodiscard]] MaskPlan plan_masks(MaskFile const& file, MaskSource const& source);

/// Has the plan's expressions read in place of the columns, and what is dropped left out and named in `left_out`.
/// Errors: internal where the inventory has a table or column that the plan does not know.
[[nodiscard]] Result<void> apply_masks(MaskPlan const& plan, MaskSource const& source, snapshot::Inventory& inventory);

} // namespace sluice::db_snapshot
