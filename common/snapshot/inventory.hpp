#pragma once

#include "common/postgres/session.hpp"
#include "common/result/result.hpp"
#include "common/snapshot/migration_version.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::snapshot {

/// Where the data comes from, as the server itself states it.
struct Source {
    std::string system_identifier; ///< pg_control_system(); shared by physical copies of one cluster
    std::string database;
    std::uint32_t database_oid = 0;
    std::string server_version; ///< "15.18 (Debian …)"
    int version_number = 0;     ///< 150018
    bool standby = false;
    std::string role;
    std::string lsn;
};

/// A value set for the database, or for one role in it; `role` is empty for all roles.
struct Setting {
    std::string role;
    std::string name;
    std::string value;
};

/// What belongs to the database itself and what pg_dump leaves out unless it also creates the database.
struct DatabaseProperties {
    std::string owner;
    std::vector<std::string> acl; ///< aclitem texts; empty: the server's default
    std::int64_t connection_limit = -1;
    std::string comment; ///< the user's own text, without our marker line
    std::vector<Setting> settings;
    std::string encoding;
    std::string collate;
    std::string ctype;
    std::string locale_provider; ///< "c" (libc), "i" (ICU), "b" (builtin); "c" before 15
    std::string locale;          ///< of ICU or builtin; else empty
    std::string collation_version;
};

struct Extension {
    std::string name;
    std::string version;
    std::string schema;
    bool trusted = false; ///< an ordinary owner of the database may create it
};

enum class TableKind {
    plain,
    extension_config, ///< rows that a user added to an extension's own table
};

/// Statistics counters, for the report of what going back would lose.
struct WriteCounters {
    std::uint64_t inserted = 0;
    std::uint64_t updated = 0;
    std::uint64_t deleted = 0;
};

struct Table {
    std::string schema;
    std::string name;
    std::vector<std::string> columns; ///< stored ones in order; generated and dropped ones are left out
    TableKind kind = TableKind::plain;
    std::string condition; ///< "WHERE …" of an extension's configuration table, or empty
    bool data_excluded = false;
    WriteCounters counters{};

    // Facts of this run, not kept in the manifest.
    std::uint32_t oid = 0;
    std::uint64_t blocks = 0;       ///< of 8 KiB, from the file's size
    std::uint64_t toast_blocks = 0; ///< out-of-line values, which no block range of the heap counts
    bool ranges_usable = false;     ///< a heap on PostgreSQL 14 or newer: a ctid range is read without a full scan
    /// What COPY selects in place of `columns`, one for each of them; empty where nothing is masked.
    std::vector<std::string> masked_columns{};

    [[nodiscard]] std::string quoted_name() const;
    [[nodiscard]] std::string plain_name() const { return schema + "." + name; }
};

struct Sequence {
    std::string schema;
    std::string name;
    std::int64_t last_value = 0;
    bool is_called = false;
};

struct LargeObject {
    std::uint32_t oid = 0;
    std::string owner;
    std::vector<std::string> acl;
    std::string comment;
    std::uint64_t size_bytes = 0;
};

/// Everything but the rows: what a database holds and what a restore of it will need.
struct Inventory {
    Source source;
    DatabaseProperties properties;
    std::vector<std::string> roles;  ///< that own something or are named in a grant or policy
    std::vector<std::string> owners; ///< those of them that own something inside the database
    std::vector<Extension> extensions;
    std::vector<std::string> tablespaces;
    std::vector<std::string> superuser_needs; ///< what only a superuser can create again: "event trigger 'x'"
    std::vector<Table> tables;                ///< extension configuration first, parents before children
    std::vector<Sequence> sequences;
    std::vector<LargeObject> large_objects;
    std::vector<std::string> left_out; ///< for the user: what is not in the snapshot and why
    std::string statistics_reset;      ///< when the counters began, or empty
    std::uint64_t transactions = 0;    ///< committed ones, by the statistics
    MigrationVersion migration{};
};

/// Tables with storage that a snapshot reads, by oid and quoted name, for locking. Foreign, temporary and partitioned
/// ones have no rows of their own and are not among them; on a standby neither are unlogged ones.
struct TableName {
    std::uint32_t oid = 0;
    std::string quoted_name;
};
[[nodiscard]] Result<std::vector<TableName>> list_table_names(postgres::Session& session);

/// `exclude_data` are shell patterns on "schema.table"; a match keeps the table and leaves its rows out.
/// Runs inside the caller's transaction. Errors: as `Session::query`; usage for a pattern that matches nothing.
[[nodiscard]] Result<Inventory> take_inventory(postgres::Session& session,
                                               std::vector<std::string> const& exclude_data);

/// The source's facts alone.
[[nodiscard]] Result<Source> identify(postgres::Session& session);

/// The properties of the connected database.
[[nodiscard]] Result<DatabaseProperties> read_properties(postgres::Session& session);

/// The texts of a JSON list in a cell; none for anything else. A list of ours: PostgreSQL's own arrays have quotes to
/// undo.
[[nodiscard]] std::vector<std::string> strings_of(postgres::Cell const& cell);

} // namespace sluice::snapshot
