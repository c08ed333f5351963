#include "tools/db-snapshot/mask_literals.hpp"

#include "common/postgres/quote.hpp"

namespace sluice::db_snapshot {

namespace {

// Each gives the catalog and oid of what it belongs to, a name, and a definition.
constexpr char const* k_definitions =
    "SELECT 'pg_class'::regclass AS catalog, c.oid AS object, format('default of %s.%s.%s', n.nspname, c.relname, "
    "a.attname) AS name, pg_get_expr(f.adbin, f.adrelid) AS definition FROM pg_attrdef f JOIN pg_class c ON c.oid = "
    "f.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = f.adrelid AND "
    "a.attnum = f.adnum UNION ALL "
    "SELECT 'pg_constraint'::regclass, o.oid, format('constraint %s of %s', o.conname, "
    "coalesce(nullif(o.conrelid, 0)::regclass::text, o.contypid::regtype::text)), pg_get_constraintdef(o.oid) FROM "
    "pg_constraint o WHERE o.contype IN ('c', 'x') UNION ALL "
    "SELECT 'pg_type'::regclass, oid, format('default of domain %s', oid::regtype), quote_literal(typdefault) FROM "
    "pg_type WHERE typtype = 'd' UNION ALL "
    "SELECT 'pg_type'::regclass, enumtypid, format('label of enum %s', enumtypid::regtype), quote_literal(enumlabel) "
    "FROM pg_enum UNION ALL "
    "SELECT 'pg_class'::regclass, oid, format('bounds of partition %s', oid::regclass), pg_get_expr(relpartbound, oid) "
    "FROM pg_class WHERE relispartition UNION ALL "
    "SELECT 'pg_class'::regclass, indexrelid, format('index %s', indexrelid::regclass), pg_get_indexdef(indexrelid) "
    "FROM pg_index WHERE indpred IS NOT NULL OR indexprs IS NOT NULL UNION ALL "
    "SELECT 'pg_class'::regclass, oid, format('view %s', oid::regclass), pg_get_viewdef(oid) FROM pg_class WHERE "
    "relkind IN ('v', 'm') AND oid >= 16384 UNION ALL "
    "SELECT 'pg_proc'::regclass, oid, format('function %s', oid::regprocedure), prosrc FROM pg_proc UNION ALL "
    "SELECT 'pg_policy'::regclass, oid, format('policy %s of %s', polname, polrelid::regclass), "
    "concat(pg_get_expr(polqual, polrelid), ' ', pg_get_expr(polwithcheck, polrelid)) FROM pg_policy UNION ALL "
    "SELECT 'pg_trigger'::regclass, oid, format('trigger %s of %s', tgname, tgrelid::regclass), "
    "pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
    "SELECT 'pg_rewrite'::regclass, oid, format('rule %s of %s', rulename, ev_class::regclass), pg_get_ruledef(oid) "
    "FROM pg_rewrite WHERE rulename <> '_RETURN' AND oid >= 16384 UNION ALL "
    "SELECT 'pg_database'::regclass, 16384, format('setting %s of the database', split_part(s, '=', 1)), "
    "quote_literal(s) FROM pg_db_role_setting r JOIN pg_database d ON d.oid = r.setdatabase, unnest(r.setconfig) s "
    "WHERE d.datname = current_database() UNION ALL "
    "SELECT 'pg_foreign_server'::regclass, oid, format('options of server %s', srvname), "
    "quote_literal(srvoptions::text) FROM pg_foreign_server UNION ALL "
    "SELECT 'pg_class'::regclass, ftrelid, format('options of foreign table %s', ftrelid::regclass), "
    "quote_literal(ftoptions::text) FROM pg_foreign_table";

// What the server or an extension brings is nobody's data; 16384 is the first oid of a user's object.
constexpr char const* k_users_own = "object >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = catalog "
                                    "AND d.objid = object AND d.deptype = 'e')";

} // namespace

Result<std::vector<std::string>> read_personal_literals(postgres::Session& session) {
    std::string const inside =
        std::string("'[^']*(") + k_email_pattern + "|" + k_phone_pattern + "|" + k_token_pattern + ")";
    TRY_ASSIGN(auto const rows, session.query("SELECT DISTINCT name FROM (" + std::string(k_definitions) +
                                              ") AS all_definitions WHERE definition ~ " +
                                              postgres::quote_literal(inside) + " AND " + k_users_own + " ORDER BY 1"));
    std::vector<std::string> names;
    for (auto const& row : rows) {
        names.push_back(postgres::text_of(row.at(0)));
    }
    return names;
}

} // namespace sluice::db_snapshot
