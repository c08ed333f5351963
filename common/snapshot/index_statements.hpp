#pragma once

#include "common/snapshot/schema_archive.hpp"

#include <string>
#include <vector>

namespace sluice::snapshot {

/// A step that builds one index and needs no rows but those of its table.
struct IndexStatement {
    std::string toc_line{}; ///< the archive's entry that is restored with it; empty when another step follows
    std::string schema{};   ///< of the table
    std::string table{};
    std::string method{}; ///< "btree", "gin", …; empty for a constraint
    std::string sql{};

    /// A constraint locks its table against everybody, an index only against writers.
    [[nodiscard]] bool is_constraint() const { return method.empty(); }
};

/// The steps for those among `entries` that are one statement and index plain columns: CREATE INDEX, or ADD CONSTRAINT
/// with an index under it. A primary key or unique constraint becomes two steps, so that its index is built beside the
/// table's others. Left out is whatever holds an expression, a condition or parameters: a function in it may read other
/// tables, however immutable it claims to be, and so has to wait for all rows. Pure.
[[nodiscard]] std::vector<IndexStatement> plain_index_statements(std::vector<ScriptEntry> const& entries);

} // namespace sluice::snapshot
