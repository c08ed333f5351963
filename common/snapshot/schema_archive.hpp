#pragma once

#include "common/postgres/connection.hpp"
#include "common/postgres/dump_tools.hpp"
#include "common/process/runner.hpp"
#include "common/result/result.hpp"

#include <functional>
#include <set>
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
    bool without_comments = false;
};
[[nodiscard]] Result<void> dump_schema(process::Runner& runner, SchemaDump const& dump,
                                       std::function<Result<void>(std::string_view)> const& take);

/// One line of an archive's table of contents.
struct TocEntry {
    std::string line; ///< as pg_restore prints and takes it
    std::string kind; ///< "TABLE", "INDEX", "MATERIALIZED VIEW DATA", "EVENT TRIGGER", "COMMENT ON EVENT TRIGGER", …
};

/// Which entries of the archive to restore, in this order.
enum class RestorePhase {
    schemas,            ///< schemas alone
    pre_data,           ///< the rest that comes before the rows, but no grants
    grants,             ///< grants and default privileges
    indexes,            ///< indexes and the constraints that are made of one; also the first part of `post_data`
    post_data,          ///< indexes, constraints, triggers, rules, policies
    index_attachments,  ///< of partitions, one by one: beside other work they deadlock with it
    foreign_keys,       ///< they may need an attached index; and the comments on all of these
    late_grants,        ///< on what could only be made then, such as a view that groups by a key
    materialized_views, ///< their filling: after ANALYZE
    event_triggers,     ///< last, so that they do not fire on our work
};

/// Reads the table of contents; pure. Comments and grants on an event trigger have the kind "EVENT TRIGGER" too.
[[nodiscard]] std::vector<TocEntry> parse_toc(std::string_view listing);

struct SchemaRestore {
    postgres::DumpTools tools;
    postgres::ConnectionParameters target;
    std::string archive_path;
    std::string options{};        ///< for PGOPTIONS, such as "-c synchronous_commit=off"
    std::set<std::string> done{}; ///< lines of the table of contents to leave out
};

/// Restores one phase of the archive into an existing database, `jobs` entries at a time, and stops at
/// the first error. Errors: not_found with what pg_restore said.
[[nodiscard]] Result<void> restore_schema(process::Runner& runner, SchemaRestore const& restore, RestorePhase phase,
                                          std::size_t jobs);

/// The SQL of one phase, for a session of ours to run. pg_restore itself would run it under an empty search path and
/// as other session users, which only a superuser may. Errors: as `restore_schema`.
[[nodiscard]] Result<std::string> schema_script(process::Runner& runner, SchemaRestore const& restore,
                                                RestorePhase phase);

/// An entry of the archive with the SQL that restores it.
struct ScriptEntry {
    std::string toc_line;
    std::string sql; ///< without the white space around it
};

/// The entries of one phase one by one, in the archive's order; none where the script can't be told apart because a
/// name looks like its comments. Errors: as `restore_schema`.
[[nodiscard]] Result<std::vector<ScriptEntry>> script_entries(process::Runner& runner, SchemaRestore const& restore,
                                                              RestorePhase phase);

/// The SQL of each entry in a script by pg_restore, without the white space around it; pure.
[[nodiscard]] std::vector<std::string> split_script(std::string_view script);

/// What is left of a script by pg_restore without its settings and psql's own commands, with SET ROLE in place of SET
/// SESSION AUTHORIZATION; pure.
[[nodiscard]] std::string bare_statements(std::string_view script);

} // namespace sluice::snapshot
