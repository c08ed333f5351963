#pragma once

#include "common/postgres/connection.hpp"
#include "common/postgres/dump_tools.hpp"
#include "common/process/runner.hpp"
#include "common/result/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::snapshot {

/// Runs pg_dump for the sections pre-data and post-data under an exported snapshot, and hands over the archive (format
/// custom, not compressed: our chunks are). One run for both, because each run has to get all locks again.
/// Subscriptions are left out; large objects are ours to carry. Errors: as pg_dump says, kind not_found.
struct SchemaDump {
    postgres::DumpTools tools;
    postgres::ConnectionParameters source;
    std::string exported_snapshot;
    std::string role; ///< as `role_for_pg_dump`
};
[[nodiscard]] Result<void> dump_schema(process::Runner& runner, SchemaDump const& dump,
                                       std::function<Result<void>(std::string_view)> const& take);

/// One line of an archive's table of contents.
struct TocEntry {
    std::string line; ///< as pg_restore prints and takes it
    std::string kind; ///< "TABLE", "INDEX", "MATERIALIZED VIEW DATA", "EVENT TRIGGER", "COMMENT ON EVENT TRIGGER", …
};

/// Which entries of the archive to restore, and when.
enum class RestorePhase {
    pre_data,  ///< before the rows
    post_data, ///< indexes, constraints, triggers, rules, policies
    last,      ///< materialized views and event triggers: after ANALYZE, and so that they do not fire on our work
};

/// Reads the table of contents; pure. Comments and grants on an event trigger have the kind "EVENT TRIGGER" too.
[[nodiscard]] std::vector<TocEntry> parse_toc(std::string_view listing);

struct SchemaRestore {
    postgres::DumpTools tools;
    postgres::ConnectionParameters target;
    std::string archive_path;
    std::string options{}; ///< for PGOPTIONS, such as "-c maintenance_work_mem=256MB"
};

/// Restores one phase of the archive into an existing database, `jobs` entries at a time for post_data, and stops at
/// the first error. Errors: not_found with what pg_restore said.
[[nodiscard]] Result<void> restore_schema(process::Runner& runner, SchemaRestore const& restore, RestorePhase phase,
                                          std::size_t jobs);

} // namespace sluice::snapshot
