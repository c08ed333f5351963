#include "common/snapshot/migration_version.hpp"

#include "common/postgres/quote.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace sluice::snapshot {

namespace {

/// How to read one tool's table; the columns tell apart tools that use the same name. Sources: the tools' manuals.
struct KnownTable {
    char const* tool;
    char const* table;
    char const* columns; ///< that must all be there, sorted
    char const* query;   ///< selects the version from %s
};

constexpr std::array<KnownTable, 16> k_tables{{
    {"flyway", "flyway_schema_history", "installed_rank,success,version",
     "SELECT version FROM %s WHERE success AND version IS NOT NULL ORDER BY installed_rank DESC LIMIT 1"},
    {"liquibase", "databasechangelog", "id,orderexecuted", "SELECT id FROM %s ORDER BY orderexecuted DESC LIMIT 1"},
    {"alembic", "alembic_version", "version_num", "SELECT string_agg(version_num, ',' ORDER BY version_num) FROM %s"},
    {"django", "django_migrations", "app,id,name", "SELECT app || '.' || name FROM %s ORDER BY id DESC LIMIT 1"},
    {"golang-migrate", "schema_migrations", "dirty,version",
     "SELECT version::text || CASE WHEN dirty THEN ' (dirty)' ELSE '' END FROM %s LIMIT 1"},
    // Rails, dbmate, Ecto and others: one row for each, numbers or texts of digits.
    {"schema_migrations", "schema_migrations", "version",
     "SELECT version::text FROM %s ORDER BY length(version::text) DESC, version::text DESC LIMIT 1"},
    {"prisma", "_prisma_migrations", "finished_at,migration_name,rolled_back_at",
     "SELECT migration_name FROM %s WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY finished_at "
     "DESC, migration_name DESC LIMIT 1"},
    {"knex", "knex_migrations", "batch,id,name", "SELECT name FROM %s ORDER BY id DESC LIMIT 1"},
    {"sequelize", "SequelizeMeta", "name", "SELECT name FROM %s ORDER BY name DESC LIMIT 1"},
    {"typeorm", "migrations", "id,name,timestamp", "SELECT name FROM %s ORDER BY id DESC LIMIT 1"},
    {"laravel", "migrations", "batch,id,migration", "SELECT migration FROM %s ORDER BY id DESC LIMIT 1"},
    {"ef-core", "__EFMigrationsHistory", "MigrationId",
     R"(SELECT "MigrationId" FROM %s ORDER BY "MigrationId" DESC LIMIT 1)"},
    {"goose", "goose_db_version", "id,is_applied,version_id",
     "SELECT version_id::text FROM %s WHERE is_applied ORDER BY id DESC LIMIT 1"},
    {"diesel", "__diesel_schema_migrations", "version", "SELECT version FROM %s ORDER BY version DESC LIMIT 1"},
    {"sqlx", "_sqlx_migrations", "success,version",
     "SELECT t.version::text FROM %s AS t WHERE success ORDER BY t.version DESC LIMIT 1"},
    {"atlas", "atlas_schema_revisions", "version", "SELECT version FROM %s ORDER BY version DESC LIMIT 1"},
}};

struct FoundTable {
    std::string quoted_name;
    std::string name;
    std::vector<std::string> columns;
};

Result<std::vector<FoundTable>> find_tables(postgres::Session& session) {
    std::string names;
    for (auto const& known : k_tables) {
        names += (names.empty() ? "" : ", ") + postgres::quote_literal(known.table);
    }
    TRY_ASSIGN(
        auto const rows,
        session.query("SELECT format('%I.%I', n.nspname, c.relname), c.relname, string_agg(a.attname, ',' ORDER BY "
                      "a.attname COLLATE \"C\") FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                      "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE "
                      "c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.relname IN (" +
                      names +
                      ") AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') "
                      "GROUP BY n.nspname, c.relname ORDER BY 1"));
    std::vector<FoundTable> found;
    for (auto const& row : rows) {
        found.push_back({postgres::text_of(row.at(0)), postgres::text_of(row.at(1)), {}});
        std::string const columns = postgres::text_of(row.at(2));
        for (std::size_t begin = 0; begin <= columns.size();) {
            std::size_t const end = std::min(columns.find(',', begin), columns.size());
            found.back().columns.push_back(columns.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return found;
}

bool has_columns(FoundTable const& table, std::string_view wanted) {
    while (!wanted.empty()) {
        std::size_t const end = std::min(wanted.find(','), wanted.size());
        if (std::find(table.columns.begin(), table.columns.end(), wanted.substr(0, end)) == table.columns.end()) {
            return false;
        }
        wanted.remove_prefix(std::min(end + 1, wanted.size()));
    }
    return true;
}

// The first that fits: what has more columns stands before what has fewer.
KnownTable const* tool_of(FoundTable const& table) {
    auto const place = std::find_if(k_tables.begin(), k_tables.end(), [&](KnownTable const& known) {
        return table.name == known.table && has_columns(table, known.columns);
    });
    return place == k_tables.end() ? nullptr : &*place;
}

} // namespace

Result<MigrationVersion> read_migration_version(postgres::Session& session) {
    TRY_ASSIGN(auto const tables, find_tables(session));
    std::vector<std::pair<KnownTable const*, FoundTable const*>> known;
    for (auto const& table : tables) {
        if (auto const* tool = tool_of(table)) {
            known.emplace_back(tool, &table);
        }
    }
    if (known.size() != 1) {
        return MigrationVersion{};
    }
    auto const& [tool, table] = known.front();
    std::string query = tool->query;
    query.replace(query.find("%s"), 2, table->quoted_name);
    TRY_ASSIGN(auto const rows, session.query(query));
    return MigrationVersion{tool->tool, rows.empty() ? std::string{} : postgres::text_of(rows.front().at(0))};
}

} // namespace sluice::snapshot
