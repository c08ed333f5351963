#include "tools/db-snapshot/export_sql.hpp"

#include "common/json/json.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/target.hpp"

namespace sluice::db_snapshot {

namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

// psql runs each line that the query gives, and puts no variables into it: `object` is an SQL expression for the text
// "DATABASE x".
// The server itself takes the aclitems apart. A right that was passed on by somebody else comes from him again.
std::string grants_sql(std::string const& object, std::string const& owner, std::vector<std::string> const& acl) {
    if (acl.empty()) {
        return {};
    }
    std::string const passed_on = "CASE WHEN g.rolname <> " + quote_literal(owner) + " THEN ";
    return "SELECT format('REVOKE ALL ON %s FROM PUBLIC, CURRENT_USER', " + object + ")\n\\gexec\nSELECT " + passed_on +
           "format('SET ROLE %I', g.rolname) END, format('GRANT %s ON %s TO %s%s', a.privilege_type, " + object +
           ", CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, CASE WHEN a.is_grantable THEN "
           "' WITH GRANT OPTION' ELSE '' END), " +
           passed_on + "'RESET ROLE' END FROM aclexplode(ARRAY(SELECT jsonb_array_elements_text(" +
           quote_literal(json::dump(Json(acl))) +
           "::jsonb)::aclitem)) WITH ORDINALITY a JOIN pg_roles g ON g.oid = a.grantor LEFT JOIN pg_roles r ON r.oid = "
           "a.grantee ORDER BY g.rolname <> " +
           quote_literal(owner) + ", a.ordinality\n\\gexec\n";
}

std::string setting_sql(snapshot::Setting const& setting) {
    std::string const whom = setting.role.empty()
                                 ? "ALTER DATABASE :\"database\""
                                 : "ALTER ROLE " + quote_identifier(setting.role) + " IN DATABASE :\"database\"";
    return whom + " SET " + quote_identifier(setting.name) + " TO " + snapshot::setting_value_sql(setting) + ";\n";
}

} // namespace

std::string create_sql(snapshot::DatabaseProperties const& properties) {
    return "CREATE DATABASE :\"database\" TEMPLATE template0" + snapshot::locale_clause(properties) +
           ";\nREVOKE ALL ON DATABASE :\"database\" FROM PUBLIC;\n";
}

std::string create_large_objects_sql(std::vector<snapshot::LargeObject> const& objects) {
    std::string sql = "CREATE TABLE sluice_large_objects (oid oid, at bigint, bytes bytea);\n";
    for (auto const& object : objects) {
        sql += "SELECT lo_create(" + std::to_string(object.oid) + ");\n";
    }
    return sql;
}

std::string after_rows_sql(snapshot::Inventory const& inventory) {
    std::string sql = "SELECT lo_put(oid, at, bytes) FROM sluice_large_objects;\nDROP TABLE sluice_large_objects;\n";
    for (auto const& object : inventory.large_objects) {
        std::string const name = "LARGE OBJECT " + std::to_string(object.oid);
        if (!object.comment.empty()) {
            sql += "COMMENT ON " + name + " IS " + quote_literal(object.comment) + ";\n";
        }
        sql += grants_sql(quote_literal(name), object.owner, object.acl) + "ALTER " + name + " OWNER TO " +
               quote_identifier(object.owner) + ";\n";
    }
    for (auto const& sequence : inventory.sequences) {
        std::string const name = quote_identifier(sequence.schema) + "." + quote_identifier(sequence.name);
        sql += "SELECT setval(" + quote_literal(name) + "::regclass, " + std::to_string(sequence.last_value) + ", " +
               (sequence.is_called ? "true" : "false") + ");\n";
    }
    return sql;
}

std::string database_sql(snapshot::DatabaseProperties const& properties) {
    std::string sql;
    for (auto const& setting : properties.settings) {
        sql += setting_sql(setting);
    }
    if (!properties.comment.empty()) {
        sql += "COMMENT ON DATABASE :\"database\" IS " + quote_literal(properties.comment) + ";\n";
    }
    if (properties.acl.empty()) {
        sql += "GRANT CONNECT, TEMPORARY ON DATABASE :\"database\" TO PUBLIC;\n";
    } else {
        sql += grants_sql("'DATABASE ' || quote_ident(:'database')", properties.owner, properties.acl);
    }
    sql += "ALTER DATABASE :\"database\" CONNECTION LIMIT " + std::to_string(properties.connection_limit) + ";\n";
    return sql + "ALTER DATABASE :\"database\" OWNER TO " + quote_identifier(properties.owner) + ";\n";
}

} // namespace sluice::db_snapshot
