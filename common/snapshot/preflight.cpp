#include "common/snapshot/preflight.hpp"

#include "common/postgres/quote.hpp"

namespace sluice::snapshot {

namespace {

using postgres::Session;

constexpr char const* k_relations =
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' AND "
    "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND (EXISTS (SELECT FROM pg_extension e WHERE "
    "c.oid = ANY (e.extconfig)) OR NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND "
    "d.objid = c.oid AND d.deptype = 'e'))";

struct Unreadable {
    std::int64_t count = 0;
    std::string examples; ///< the first few names
};

Result<Unreadable> count_and_name(Session& session, std::string const& name, std::string const& from) {
    TRY_ASSIGN(auto const rows, session.query("SELECT count(*), array_to_string((array_agg(format('%s', " + name +
                                              ")))[1:5], ', ')" + from));
    return Unreadable{postgres::number_of(rows.at(0).at(0)), postgres::text_of(rows.at(0).at(1))};
}

std::string list_text(Unreadable const& unreadable) {
    constexpr std::int64_t shown = 5;
    return unreadable.examples +
           (unreadable.count > shown ? " and " + std::to_string(unreadable.count - shown) + " more" : std::string{});
}

// A pooler hands out connections of its own and answers with its own process number; under transaction pooling locks,
// settings and snapshots would land in different backends.
Result<void> check_direct_connection(Session& session) {
    TRY(session.execute("SET sluice.probe = 'here'"));
    TRY_ASSIGN(auto const kept, session.text("SELECT current_setting('sluice.probe', true)"));
    TRY_ASSIGN(auto const pid, session.number("SELECT pg_backend_pid()"));
    if (kept != "here" || pid != session.backend_pid()) {
        return fail(Errc::usage, "the connection to " + session.parameters().description() + " goes through a pooler",
                    "Connect straight to the PostgreSQL server: a snapshot needs its locks and its transaction in one "
                    "backend.");
    }
    return {};
}

Result<void> check_tables(Session& session, std::string const& role) {
    TRY_ASSIGN(auto const found,
               count_and_name(session, "c.oid::regclass",
                              std::string(k_relations) +
                                  " AND c.relkind IN ('r', 'p', 'S') AND NOT (has_schema_privilege(n.oid, 'USAGE') AND "
                                  "CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'SELECT') ELSE "
                                  "has_table_privilege(c.oid, 'SELECT') END)"));
    if (found.count == 0) {
        return {};
    }
    std::string const grant =
        session.server_version() >= 140000
            ? "GRANT pg_read_all_data TO " + postgres::quote_identifier(role) + ";"
            : "GRANT USAGE ON its schema and SELECT ON it TO " + postgres::quote_identifier(role) + ";";
    return fail(Errc::denied, "role '" + role + "' may not read " + list_text(found), "Run there: " + grant);
}

Result<void> check_large_objects(Session& session, std::string const& role) {
    std::string const readable =
        session.server_version() >= 180000
            ? "has_largeobject_privilege(m.oid, 'SELECT')"
            : "current_setting('lo_compat_privileges')::boolean OR pg_has_role(m.lomowner, 'USAGE') OR EXISTS "
              "(SELECT FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT' AND "
              "(a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))";
    TRY_ASSIGN(auto const found,
               count_and_name(session, "m.oid", " FROM pg_largeobject_metadata m WHERE NOT (" + readable + ")"));
    if (found.count == 0) {
        return {};
    }
    return fail(Errc::denied, "role '" + role + "' may not read large objects " + list_text(found),
                "pg_read_all_data does not cover large objects. Run as their owner: GRANT SELECT ON LARGE OBJECT <oid> "
                "TO " +
                    postgres::quote_identifier(role) + "; or make the role a member of their owner.");
}

Result<void> check_row_security(Session& session, std::string const& role) {
    TRY_ASSIGN(auto const found, count_and_name(session, "c.oid::regclass",
                                                std::string(k_relations) +
                                                    " AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND "
                                                    "NOT (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE "
                                                    "r.rolname = current_user) AND NOT (pg_has_role(c.relowner, "
                                                    "'USAGE') AND NOT c.relforcerowsecurity)"));
    if (found.count == 0) {
        return {};
    }
    return fail(Errc::denied, "row-level security would hide rows of " + list_text(found) + " from role '" + role + "'",
                "Run there as a superuser: ALTER ROLE " + postgres::quote_identifier(role) + " BYPASSRLS;");
}

} // namespace

Result<void> check_source(Session& session) {
    TRY(check_direct_connection(session));
    TRY_ASSIGN(auto const role, session.text("SELECT current_user"));
    TRY(check_tables(session, role));
    TRY(check_large_objects(session, role));
    TRY(check_row_security(session, role));
    return role_for_pg_dump(session).map([](std::string const&) {});
}

Result<std::string> role_for_pg_dump(Session& session) {
    if (session.server_version() >= 140000) {
        TRY_ASSIGN(bool const member, session.truth("SELECT pg_has_role('pg_read_all_data', 'MEMBER')"));
        if (member) {
            return std::string("pg_read_all_data");
        }
    }
    TRY_ASSIGN(auto const visible, count_and_name(session, "srvname || '/' || usename",
                                                  " FROM pg_user_mappings WHERE umoptions IS NOT NULL"));
    if (visible.count > 0) {
        return fail(Errc::refused,
                    "the options of user mappings " + list_text(visible) +
                        " are visible to this role, so foreign-server passwords would enter the store",
                    "Read the source as a role that may not see them, such as one with pg_read_all_data.");
    }
    return std::string{};
}

} // namespace sluice::snapshot
