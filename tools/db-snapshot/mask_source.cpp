#include "tools/db-snapshot/mask_source.hpp"

#include "common/snapshot/inventory.hpp"
#include "tools/db-snapshot/mask_literals.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace sluice::db_snapshot {

namespace {

using postgres::number_of;
using postgres::Row;
using postgres::Session;
using postgres::text_of;
using postgres::truth_of;

// As the inventory chooses its tables: no system schema, no temporary table, of an extension only its configuration.
constexpr char const* k_user_table =
    "c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
    "AND (EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)) OR NOT EXISTS (SELECT FROM pg_depend d "
    "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))";

// `ancestors` are all tables that a table inherits from, itself included; `bases` what is below each domain.
constexpr char const* k_columns =
    "WITH RECURSIVE ancestors(oid, ancestor, depth) AS (SELECT oid, oid, 0 FROM pg_class WHERE relkind IN ('r', 'p') "
    "UNION SELECT a.oid, i.inhparent, a.depth + 1 FROM ancestors a JOIN pg_inherits i ON i.inhrelid = a.ancestor), "
    "bases(oid, base, modifier) AS (SELECT oid, oid, -1 FROM pg_type UNION ALL SELECT b.oid, t.typbasetype, "
    "t.typtypmod FROM bases b JOIN pg_type t ON t.oid = b.base WHERE t.typtype = 'd') "
    "SELECT n.nspname, c.relname, c.relkind, greatest(c.reltuples, pg_relation_size(c.oid) / 8192 * 50.0), a.attname, "
    "(SELECT format('%s.%s', pn.nspname, p.relname) FROM ancestors u JOIN pg_class p ON p.oid = u.ancestor JOIN "
    "pg_namespace pn ON pn.oid = p.relnamespace WHERE u.oid = c.oid AND EXISTS (SELECT FROM pg_attribute pa WHERE "
    "pa.attrelid = p.oid AND pa.attname = a.attname AND pa.attnum > 0 AND NOT pa.attisdropped) ORDER BY u.depth DESC, "
    "p.oid LIMIT 1), format_type(a.atttypid, a.atttypmod), coalesce(e.typname, t.typname), e.oid IS NOT NULL, "
    "d.typtype = 'd', CASE WHEN a.atttypmod = -1 THEN b.modifier ELSE a.atttypmod END, a.attnotnull OR d.typnotnull, "
    "pg_get_expr(f.adbin, f.adrelid) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND "
    "a.attnum > 0 AND NOT a.attisdropped JOIN pg_type d ON d.oid = a.atttypid JOIN bases b ON b.oid = a.atttypid JOIN "
    "pg_type t ON t.oid = b.base AND t.typtype <> 'd' LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typlen = -1 AND "
    "t.typcategory = 'A' LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum WHERE ";

// A modifier of varchar, char and numeric holds the length, or precision and scale, four bytes up.
// Source: PostgreSQL, varchar.c and numeric.c.
void read_modifier(ColumnType& type, std::int64_t modifier) {
    constexpr std::int64_t header = 4;
    if (modifier < header) {
        return;
    }
    if (type.base == "varchar" || type.base == "bpchar") {
        type.length = modifier - header;
    } else if (type.base == "numeric") {
        constexpr std::int64_t scale_mask = 0x7ff;
        type.precision = std::max<std::int64_t>(((modifier - header) >> 16) - ((modifier - header) & scale_mask), 1);
    }
}

SourceColumn column_of(Row const& row) {
    SourceColumn column;
    column.name = text_of(row.at(4));
    column.decided_at = text_of(row.at(5));
    column.type.name = text_of(row.at(6));
    column.type.base = text_of(row.at(7));
    column.type.array = truth_of(row.at(8));
    column.type.domain = truth_of(row.at(9));
    read_modifier(column.type, number_of(row.at(10)));
    column.not_null = truth_of(row.at(11));
    column.default_sql = text_of(row.at(12));
    return column;
}

bool is_excluded(std::string const& table, std::vector<std::string> const& patterns) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](std::string const& pattern) { return fnmatch(pattern.c_str(), table.c_str(), 0) == 0; });
}

Result<std::vector<SourceTable>> read_tables(Session& session, std::vector<std::string> const& exclude_data) {
    std::string const generated = session.server_version() >= 120000 ? " AND a.attgenerated = ''" : "";
    TRY_ASSIGN(auto const rows,
               session.query(std::string(k_columns) + k_user_table + generated + " ORDER BY 1, 2, a.attnum"));
    std::vector<SourceTable> tables;
    for (auto const& row : rows) {
        if (tables.empty() || tables.back().schema != text_of(row.at(0)) || tables.back().name != text_of(row.at(1))) {
            SourceTable table{text_of(row.at(0)), text_of(row.at(1)), text_of(row.at(2)) == "r",
                              std::strtod(text_of(row.at(3)).c_str(), nullptr)};
            table.has_rows = table.has_rows && !is_excluded(table.plain_name(), exclude_data);
            tables.push_back(std::move(table));
        }
        tables.back().columns.push_back(column_of(row));
    }
    return tables;
}

Result<std::vector<SourceIndex>> read_indexes(Session& session) {
    std::string const nulls = session.server_version() >= 150000 ? "i.indnullsnotdistinct" : "false";
    TRY_ASSIGN(
        auto const rows,
        session.query("SELECT format('%s.%s', n.nspname, c.relname), x.relname, i.indisexclusion, " + nulls +
                      ", to_json(ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND "
                      "a.attnum > 0 AND (a.attnum IN (SELECT i.indkey[k] FROM generate_series(0, i.indnkeyatts - 1) k) "
                      "OR (0 = ANY (i.indkey::int2[]) AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = "
                      "'pg_class'::regclass AND d.objid = x.oid AND d.refobjid = c.oid AND d.refobjsubid = "
                      "a.attnum))))) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON "
                      "c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (i.indisunique OR "
                      "i.indisexclusion) AND " +
                      k_user_table + " ORDER BY 1, 2"));
    std::vector<SourceIndex> indexes;
    for (auto const& row : rows) {
        indexes.push_back({text_of(row.at(0)), text_of(row.at(1)), truth_of(row.at(2)), truth_of(row.at(3)),
                           snapshot::strings_of(row.at(4))});
    }
    return indexes;
}

// A key that a partition only has because its root has one is left out.
Result<std::vector<SourceForeignKey>> read_foreign_keys(Session& session) {
    std::string const inherited = session.server_version() >= 110000 ? " AND o.conparentid = 0" : "";
    auto const names = [](std::string const& key, std::string const& table) {
        return "to_json(ARRAY(SELECT a.attname::text FROM unnest(" + key +
               ") WITH ORDINALITY k(n, at) JOIN pg_attribute a ON a.attrelid = " + table +
               " AND a.attnum = k.n ORDER BY k.at))";
    };
    TRY_ASSIGN(auto const rows,
               session.query("SELECT o.conname, format('%s.%s', n.nspname, c.relname), format('%s.%s', tn.nspname, "
                             "t.relname), " +
                             names("o.conkey", "c.oid") + ", " + names("o.confkey", "t.oid") +
                             " FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON "
                             "n.oid = c.relnamespace JOIN pg_class t ON t.oid = o.confrelid JOIN pg_namespace tn ON "
                             "tn.oid = t.relnamespace WHERE o.contype = 'f'" +
                             inherited + " ORDER BY 2, 1"));
    std::vector<SourceForeignKey> keys;
    for (auto const& row : rows) {
        keys.push_back({text_of(row.at(0)), text_of(row.at(1)), text_of(row.at(2)), snapshot::strings_of(row.at(3)),
                        snapshot::strings_of(row.at(4))});
    }
    return keys;
}

// 16384 is the first oid of a user's object; an extension's objects bring their own comments. What the last line of a
// database's comment says may be our own mark, which is no one's data.
constexpr char const* k_has_comments =
    "SELECT EXISTS (SELECT FROM pg_description c WHERE c.objoid >= 16384 AND c.classoid <> 'pg_extension'::regclass "
    "AND "
    "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = c.classoid AND d.objid = c.objoid AND d.deptype = 'e')) OR "
    "EXISTS (SELECT FROM pg_shdescription c JOIN pg_database d ON d.oid = c.objoid WHERE c.classoid = "
    "'pg_database'::regclass AND d.datname = current_database() AND c.description !~ '^sluice: [^\\n]*$')";

} // namespace

Result<MaskSource> read_mask_source(Session& session, std::vector<std::string> const& exclude_data) {
    MaskSource source;
    TRY_ASSIGN(source.tables, read_tables(session, exclude_data));
    TRY_ASSIGN(source.indexes, read_indexes(session));
    TRY_ASSIGN(source.foreign_keys, read_foreign_keys(session));
    TRY_ASSIGN(source.literals, read_personal_literals(session));
    TRY_ASSIGN(source.has_comments, session.truth(k_has_comments));
    TRY_ASSIGN(source.large_objects, session.number("SELECT count(*) FROM pg_largeobject_metadata"));
    return source;
}

} // namespace sluice::db_snapshot
