#pragma once

#include "common/snapshot/inventory.hpp"

#include <string>

namespace sluice::db_snapshot {

/// SQL for psql, with the new database's name in its variable `database`.

/// CREATE DATABASE with the source's encoding and locale; nobody else may connect yet.
[[nodiscard]] std::string create_sql(snapshot::DatabaseProperties const& properties);

/// Makes the large objects, empty, and the table that their rows are loaded through.
[[nodiscard]] std::string create_large_objects_sql(std::vector<snapshot::LargeObject> const& objects);

/// Sequences, and what the large objects still need.
[[nodiscard]] std::string after_rows_sql(snapshot::Inventory const& inventory);

/// Owner, settings, grants, connection limit and comment of the database.
[[nodiscard]] std::string database_sql(snapshot::DatabaseProperties const& properties);

inline constexpr char const* k_copy_large_objects = "COPY sluice_large_objects FROM STDIN";

} // namespace sluice::db_snapshot
