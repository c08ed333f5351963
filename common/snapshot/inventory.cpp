#include "common/snapshot/inventory.hpp"

#include "common/json/json.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/marker.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace sluice::snapshot {

namespace {

using postgres::number_of;
using postgres::Session;
using postgres::text_of;
using postgres::truth_of;

// An extension's members come back with CREATE EXTENSION; only its configuration tables carry rows of the user's.
constexpr char const* k_not_extension_member =
    "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
    "AND d.deptype = 'e')";

constexpr char const* k_config_of_extension =
    "LEFT JOIN LATERAL (SELECT e.extname, e.extcondition[i] AS condition FROM pg_extension e, "
    "generate_subscripts(e.extconfig, 1) i WHERE e.extconfig[i] = c.oid) x ON true";

constexpr char const* k_user_schema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

Result<std::vector<std::string>> list_of(Session& session, std::string const& sql) {
    TRY_ASSIGN(auto const rows, session.query(sql));
    std::vector<std::string> list;
    for (auto const& row : rows) {
        list.push_back(text_of(row.at(0)));
    }
    return list;
}

std::string relations_from(std::string const& kinds, bool standby) {
    return std::string(" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ") + k_config_of_extension +
           " WHERE c.relkind IN (" + kinds + ") AND c.relpersistence " + (standby ? "= 'p'" : "<> 't'") + " AND " +
           k_user_schema + " AND (x.extname IS NOT NULL OR " + k_not_extension_member + ")";
}

Table table_of(postgres::Row const& row, int version) {
    Table table;
    table.oid = static_cast<std::uint32_t>(number_of(row.at(0)));
    table.schema = text_of(row.at(1));
    table.name = text_of(row.at(2));
    table.blocks = static_cast<std::uint64_t>(number_of(row.at(3)));
    table.toast_blocks = static_cast<std::uint64_t>(number_of(row.at(4)));
    // Before 14 a ctid condition reads the whole table; other access methods may not order by ctid at all.
    table.ranges_usable = truth_of(row.at(5)) && version >= 140000;
    table.kind = truth_of(row.at(6)) ? TableKind::extension_config : TableKind::plain;
    table.condition = text_of(row.at(7));
    table.columns = strings_of(row.at(8));
    table.counters = {static_cast<std::uint64_t>(number_of(row.at(9))),
                      static_cast<std::uint64_t>(number_of(row.at(10))),
                      static_cast<std::uint64_t>(number_of(row.at(11)))};
    return table;
}

Result<std::vector<Table>> read_tables(Session& session, bool standby) {
    int const version = session.server_version();
    std::string const generated = version >= 120000 ? " AND a.attgenerated = ''" : "";
    std::string const heap = version >= 120000 ? "(SELECT amname = 'heap' FROM pg_am m WHERE m.oid = c.relam)" : "true";
    TRY_ASSIGN(
        auto const rows,
        session.query("SELECT c.oid, n.nspname, c.relname, pg_relation_size(c.oid) / 8192, "
                      "coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)) / 8192, 0), " +
                      heap +
                      ", x.extname IS NOT NULL, x.condition, to_json(ARRAY(SELECT a.attname::text FROM pg_attribute a "
                      "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped" +
                      generated +
                      " ORDER BY a.attnum)), pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid), "
                      "pg_stat_get_tuples_deleted(c.oid)" +
                      relations_from("'r'", standby) + " ORDER BY x.extname IS NULL, n.nspname, c.relname"));
    std::vector<Table> tables;
    tables.reserve(rows.size());
    for (auto const& row : rows) {
        tables.push_back(table_of(row, version));
    }
    return tables;
}

Result<std::vector<Sequence>> read_sequences(Session& session, bool standby) {
    TRY_ASSIGN(auto const names, session.query("SELECT n.nspname, c.relname" + relations_from("'S'", standby) +
                                               " ORDER BY n.nspname, c.relname"));
    // One statement reads many: 10,000 round trips would take longer than the data of a small database.
    constexpr std::size_t at_once = 200;
    std::vector<Sequence> sequences;
    for (std::size_t begin = 0; begin < names.size(); begin += at_once) {
        std::string sql;
        for (std::size_t i = begin; i < std::min(begin + at_once, names.size()); ++i) {
            sql += (sql.empty() ? "" : " UNION ALL ") + ("SELECT " + std::to_string(i)) +
                   " AS i, last_value, is_called FROM " + postgres::quote_identifier(text_of(names[i].at(0))) + "." +
                   postgres::quote_identifier(text_of(names[i].at(1)));
        }
        TRY_ASSIGN(auto const values, session.query(sql + " ORDER BY i"));
        for (auto const& value : values) {
            auto const& name = names.at(static_cast<std::size_t>(number_of(value.at(0))));
            sequences.push_back(
                {text_of(name.at(0)), text_of(name.at(1)), number_of(value.at(1)), truth_of(value.at(2))});
        }
    }
    return sequences;
}

Result<std::vector<LargeObject>> read_large_objects(Session& session) {
    // 262144 is INV_READ; the offset of the end is the size. Descriptors are closed at once, there may be millions.
    TRY_ASSIGN(auto const rows,
               session.query("SELECT m.oid, pg_get_userbyid(m.lomowner), to_json(m.lomacl::text[]), "
                             "obj_description(m.oid, 'pg_largeobject'), s.size FROM pg_largeobject_metadata m, "
                             "LATERAL (SELECT lo_lseek64(f.fd, 0, 2) AS size, lo_close(f.fd) FROM "
                             "(SELECT lo_open(m.oid, 262144) AS fd OFFSET 0) f OFFSET 0) s ORDER BY m.oid"));
    std::vector<LargeObject> objects;
    objects.reserve(rows.size());
    for (auto const& row : rows) {
        objects.push_back({static_cast<std::uint32_t>(number_of(row.at(0))), text_of(row.at(1)), strings_of(row.at(2)),
                           text_of(row.at(3)), static_cast<std::uint64_t>(number_of(row.at(4)))});
    }
    return objects;
}

Result<std::vector<Extension>> read_extensions(Session& session) {
    std::string const trusted =
        session.server_version() >= 130000
            ? "coalesce((SELECT v.trusted FROM pg_available_extension_versions v WHERE v.name = e.extname AND "
              "v.version = e.extversion), false)"
            : "false";
    TRY_ASSIGN(auto const rows, session.query("SELECT e.extname, e.extversion, n.nspname, " + trusted +
                                              " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
                                              "WHERE e.extname <> 'plpgsql' ORDER BY e.extname"));
    std::vector<Extension> extensions;
    for (auto const& row : rows) {
        extensions.push_back({text_of(row.at(0)), text_of(row.at(1)), text_of(row.at(2)), truth_of(row.at(3))});
    }
    return extensions;
}

// pg_shdepend leaves out the bootstrap superuser, so the owners of the common kinds are read from their own catalogs
// too. 16384 is the first oid of a user's object. What the server makes along with something else (a range's
// constructors, which are always the bootstrap superuser's) comes back with that.
std::string owners_sql() {
    auto const owned = [](std::string const& owner, std::string const& catalog, std::string const& condition) {
        return " UNION SELECT " + owner + " FROM " + catalog + " o WHERE o.oid >= 16384" + condition +
               " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '" + catalog +
               "'::regclass AND d.objid = o.oid AND d.deptype IN ('e', 'i'))";
    };
    return "SELECT s.refobjid FROM pg_shdepend s JOIN pg_database b ON b.oid = s.dbid WHERE s.refclassid = "
           "'pg_authid'::regclass AND s.deptype = 'o' AND b.datname = current_database() AND NOT EXISTS (SELECT FROM "
           "pg_depend d WHERE d.classid = s.classid AND d.objid = s.objid AND d.deptype = 'e') AND s.classid <> "
           "'pg_extension'::regclass" +
           owned("relowner", "pg_class", " AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND relpersistence <> 't'") +
           owned("nspowner", "pg_namespace", " AND nspname !~ '^pg_'") + owned("proowner", "pg_proc", "") +
           owned("typowner", "pg_type", " AND typtype IN ('e', 'd', 'r')") +
           " UNION SELECT lomowner FROM pg_largeobject_metadata";
}

Result<std::vector<std::string>> read_owners(Session& session) {
    return list_of(session, "SELECT rolname FROM pg_roles WHERE oid IN (" + owners_sql() + ") ORDER BY 1");
}

Result<std::vector<std::string>> read_roles(Session& session) {
    return list_of(session,
                   "SELECT rolname FROM pg_roles WHERE oid IN (SELECT refobjid FROM pg_shdepend s JOIN pg_database b "
                   "ON b.datname = current_database() WHERE refclassid = 'pg_authid'::regclass AND (dbid = b.oid OR "
                   "(dbid = 0 AND classid = 'pg_database'::regclass AND objid = b.oid)) UNION SELECT datdba FROM "
                   "pg_database WHERE datname = current_database() UNION SELECT setrole FROM pg_db_role_setting s "
                   "JOIN pg_database b ON b.oid = s.setdatabase WHERE b.datname = current_database() UNION " +
                       owners_sql() + ") ORDER BY 1");
}

// Privileges on an extension's own objects that differ from those it came with. Whoever creates a trusted extension,
// its objects belong to the server's first superuser, so that an ordinary role's GRANT and REVOKE on them only warn.
std::string extension_privileges_sql() {
    auto const differing = [](std::string const& kind, std::string const& catalog, std::string const& acl,
                              std::string const& usual, std::string const& name) {
        std::string const now = "aclexplode(coalesce(o." + acl + ", " + usual + "))";
        std::string const before = "aclexplode(coalesce(i.initprivs, " + usual + "))";
        return "SELECT format('privileges on " + kind + " %s of extension %L', " + name + ", e.extname) FROM " +
               catalog + " o JOIN pg_depend d ON d.classid = '" + catalog +
               "'::regclass AND d.objid = o.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid LEFT "
               "JOIN "
               "pg_init_privs i ON i.classoid = d.classid AND i.objoid = o.oid AND i.objsubid = 0 WHERE EXISTS "
               "((SELECT * FROM " +
               now + " EXCEPT SELECT * FROM " + before + ") UNION ALL (SELECT * FROM " + before +
               " EXCEPT SELECT * FROM " + now + "))";
    };
    std::string const usual_relation =
        "acldefault(CASE o.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", o.relowner)";
    return differing("function", "pg_proc", "proacl", "acldefault('f', o.proowner)", "o.oid::regprocedure") +
           " UNION ALL " + differing("relation", "pg_class", "relacl", usual_relation, "o.oid::regclass");
}

// What CREATE refuses to anybody but a superuser (PostgreSQL manual, the pages of these commands).
Result<std::vector<std::string>> read_superuser_needs(Session& session) {
    auto const member = [](char const* catalog) {
        return std::string(" AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '") + catalog +
               "'::regclass AND d.objid = o.oid AND d.deptype = 'e')";
    };
    return list_of(
        session,
        "SELECT format('event trigger %L', evtname) FROM pg_event_trigger o WHERE true" + member("pg_event_trigger") +
            " UNION ALL SELECT format('foreign-data wrapper %L', fdwname) FROM pg_foreign_data_wrapper o WHERE true" +
            member("pg_foreign_data_wrapper") +
            " UNION ALL SELECT format('publication %L for all tables', pubname) FROM pg_publication o "
            "WHERE puballtables UNION ALL SELECT format('function %s in a language that only superusers may use', "
            "o.oid::regprocedure) FROM pg_proc o JOIN pg_language l ON l.oid = o.prolang WHERE o.oid >= 16384 AND "
            "NOT l.lanpltrusted AND l.lanname <> 'internal'" +
            member("pg_proc") +
            " UNION ALL SELECT format('base type %s', o.oid::regtype) FROM pg_type o WHERE o.oid >= 16384 AND "
            "typtype = 'b' AND typelem = 0 AND typrelid = 0" +
            member("pg_type") +
            " UNION ALL SELECT format('operator class %L', opcname) FROM pg_opclass o WHERE o.oid >= 16384" +
            member("pg_opclass") +
            " UNION ALL SELECT format('text search template %L', tmplname) FROM pg_ts_template o WHERE o.oid >= 16384" +
            member("pg_ts_template") +
            " UNION ALL SELECT format('text search parser %L', prsname) FROM pg_ts_parser o WHERE o.oid >= 16384" +
            member("pg_ts_parser") + " UNION ALL " + extension_privileges_sql() + " ORDER BY 1");
}

Result<std::vector<std::string>> read_left_out(Session& session, bool standby) {
    std::string sql =
        "SELECT format('subscription %L: a copy must never connect to production''s publisher', subname) "
        "FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = "
        "current_database()) UNION ALL SELECT DISTINCT format('passwords of user mappings on server %L', "
        "srvname) FROM pg_user_mappings UNION ALL SELECT format('rows of foreign table %s.%s', n.nspname, "
        "c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f'";
    if (standby) {
        sql += " UNION ALL SELECT format('rows of unlogged %s.%s: a standby has none', n.nspname, c.relname) FROM "
               "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence = 'u' AND "
               "c.relkind IN ('r', 'S')";
    }
    return list_of(session, sql + " ORDER BY 1");
}

Result<void> apply_exclusions(std::vector<Table>& tables, std::vector<std::string> const& patterns,
                              std::vector<std::string>& left_out) {
    for (auto const& pattern : patterns) {
        bool matched = false;
        for (auto& table : tables) {
            if (fnmatch(pattern.c_str(), table.plain_name().c_str(), 0) == 0) {
                matched = true;
                table.data_excluded = true;
            }
        }
        if (!matched) {
            return fail(Errc::usage, "--exclude-data '" + pattern + "' matches no table",
                        "Write schema.table; * stands for any text, as in 'audit.*'.");
        }
        left_out.push_back("rows of tables that match '" + pattern + "' (--exclude-data)");
    }
    return {};
}

Result<std::vector<Setting>> read_settings(Session& session) {
    TRY_ASSIGN(auto const rows,
               session.query("SELECT coalesce(r.rolname, ''), left(c, position('=' IN c) - 1), "
                             "substr(c, position('=' IN c) + 1) FROM pg_db_role_setting s JOIN pg_database d ON "
                             "d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) "
                             "WITH ORDINALITY u(c, at) "
                             "WHERE d.datname = current_database() ORDER BY r.rolname NULLS FIRST, u.at"));
    std::vector<Setting> settings;
    for (auto const& row : rows) {
        settings.push_back({text_of(row.at(0)), text_of(row.at(1)), text_of(row.at(2))});
    }
    return settings;
}

} // namespace

std::string Table::quoted_name() const {
    return postgres::quote_identifier(schema) + "." + postgres::quote_identifier(name);
}

Result<std::vector<TableName>> list_table_names(Session& session) {
    TRY_ASSIGN(bool const standby, session.truth("SELECT pg_is_in_recovery()"));
    TRY_ASSIGN(auto const rows, session.query("SELECT c.oid, n.nspname, c.relname" +
                                              relations_from("'r', 'p'", standby) + " ORDER BY c.oid"));
    std::vector<TableName> names;
    names.reserve(rows.size());
    for (auto const& row : rows) {
        names.push_back(
            {static_cast<std::uint32_t>(number_of(row.at(0))),
             postgres::quote_identifier(text_of(row.at(1))) + "." + postgres::quote_identifier(text_of(row.at(2)))});
    }
    return names;
}

Result<Source> identify(Session& session) {
    TRY_ASSIGN(
        auto const rows,
        session.query("SELECT (SELECT system_identifier FROM pg_control_system()), current_database(), "
                      "(SELECT oid FROM pg_database WHERE datname = current_database()), "
                      "current_setting('server_version'), pg_is_in_recovery(), current_user, "
                      "CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END"));
    auto const& row = rows.at(0);
    Source source;
    source.system_identifier = text_of(row.at(0));
    source.database = text_of(row.at(1));
    source.database_oid = static_cast<std::uint32_t>(number_of(row.at(2)));
    source.server_version = text_of(row.at(3));
    source.version_number = session.server_version();
    source.standby = truth_of(row.at(4));
    source.role = text_of(row.at(5));
    source.lsn = text_of(row.at(6));
    return source;
}

Result<DatabaseProperties> read_properties(Session& session) {
    int const version = session.server_version();
    std::string const provider = version >= 150000 ? "datlocprovider" : "'c'";
    std::string const locale = version >= 170000 ? "datlocale" : version >= 150000 ? "daticulocale" : "NULL";
    std::string const collation_version = version >= 150000 ? "datcollversion" : "NULL";
    TRY_ASSIGN(auto const rows,
               session.query("SELECT pg_get_userbyid(datdba), to_json(datacl::text[]), datconnlimit, "
                             "shobj_description(oid, 'pg_database'), pg_encoding_to_char(encoding), datcollate, "
                             "datctype, " +
                             provider + ", " + locale + ", " + collation_version +
                             " FROM pg_database WHERE datname = current_database()"));
    auto const& row = rows.at(0);
    DatabaseProperties properties;
    properties.owner = text_of(row.at(0));
    properties.acl = strings_of(row.at(1));
    properties.connection_limit = number_of(row.at(2));
    properties.comment = split_comment(text_of(row.at(3))).text;
    properties.encoding = text_of(row.at(4));
    properties.collate = text_of(row.at(5));
    properties.ctype = text_of(row.at(6));
    properties.locale_provider = text_of(row.at(7));
    properties.locale = text_of(row.at(8));
    properties.collation_version = text_of(row.at(9));
    TRY_ASSIGN(properties.settings, read_settings(session));
    return properties;
}

Result<Inventory> take_inventory(Session& session, std::vector<std::string> const& exclude_data) {
    Inventory inventory;
    TRY_ASSIGN(inventory.source, identify(session));
    bool const standby = inventory.source.standby;
    TRY_ASSIGN(inventory.properties, read_properties(session));
    TRY_ASSIGN(inventory.roles, read_roles(session));
    TRY_ASSIGN(inventory.owners, read_owners(session));
    TRY_ASSIGN(inventory.extensions, read_extensions(session));
    TRY_ASSIGN(inventory.tablespaces,
               list_of(session, "SELECT DISTINCT s.spcname FROM pg_class c JOIN pg_tablespace s ON "
                                "s.oid = c.reltablespace WHERE c.oid >= 16384 ORDER BY 1"));
    TRY_ASSIGN(inventory.superuser_needs, read_superuser_needs(session));
    TRY_ASSIGN(inventory.tables, read_tables(session, standby));
    TRY_ASSIGN(inventory.sequences, read_sequences(session, standby));
    TRY_ASSIGN(inventory.large_objects, read_large_objects(session));
    TRY_ASSIGN(inventory.left_out, read_left_out(session, standby));
    TRY(apply_exclusions(inventory.tables, exclude_data, inventory.left_out));
    TRY_ASSIGN(inventory.statistics_reset,
               session.text("SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()"));
    TRY_ASSIGN(auto const transactions,
               session.number("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"));
    inventory.transactions = static_cast<std::uint64_t>(transactions);
    TRY_ASSIGN(inventory.migration, read_migration_version(session));
    return inventory;
}

std::vector<std::string> strings_of(postgres::Cell const& cell) {
    std::vector<std::string> list;
    auto const document = json::parse(text_of(cell), "array");
    if (document && document->is_array()) {
        for (auto const& item : *document) {
            list.push_back(item.get<std::string>());
        }
    }
    return list;
}

} // namespace sluice::snapshot
