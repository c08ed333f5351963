#pragma once

#include "common/postgres/session.hpp"
#include "tools/db-snapshot/mask_expression.hpp"

#include <string>
#include <vector>

namespace sluice::db_snapshot {

/// A stored column; generated ones are computed again from what they depend on and are not among them.
struct SourceColumn {
    std::string name;
    std::string decided_at; ///< "schema.table" where its decision stands: the topmost table that it is inherited from
    ColumnType type{};
    bool not_null = false;
    std::string default_sql{}; ///< as pg_dump writes it, or empty
};

struct SourceTable {
    std::string schema;
    std::string name;
    bool has_rows = false; ///< of its own: not a partitioned one, and not one whose rows are left out
    double rows = 0;       ///< estimate
    std::vector<SourceColumn> columns{};

    [[nodiscard]] std::string plain_name() const { return schema + "." + name; }
};

/// A unique index or an exclusion constraint.
struct SourceIndex {
    std::string table; ///< "schema.table"
    std::string name;
    bool exclusion = false;
    bool nulls_not_distinct = false;
    std::vector<std::string> columns{}; ///< also those that its expressions name
};

struct SourceForeignKey {
    std::string name;
    std::string from_table;
    std::string to_table;
    std::vector<std::string> from_columns{};
    std::vector<std::string> to_columns{};
};

/// What masks have to know of a database. No value of any row.
struct MaskSource {
    std::vector<SourceTable> tables;
    std::vector<SourceIndex> indexes;
    std::vector<SourceForeignKey> foreign_keys;
    /// Definitions with a literal that looks personal, such as "default of public.orders.state".
    std::vector<std::string> literals;
    bool has_comments = false;
    std::int64_t large_objects = 0;
};

/// Reads the catalogs. `exclude_data` as `snapshot::take_inventory`. Errors: as `Session::query`.
[[nodiscard]] Result<MaskSource> read_mask_source(postgres::Session& session,
                                                  std::vector<std::string> const& exclude_data);

} // namespace sluice::db_snapshot
