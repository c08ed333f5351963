#include "common/snapshot/temporary_rights.hpp"

#include "common/json/json.hpp"

namespace sluice::snapshot {

Result<TemporaryRights> TemporaryRights::lend(postgres::Session& session, std::vector<std::string> const& owners) {
    TRY_ASSIGN(
        auto const rows,
        session.query(
            "WITH owner AS (SELECT r.oid, r.rolname FROM jsonb_array_elements_text($1::jsonb) o JOIN pg_roles r ON "
            "r.rolname = o WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)), "
            "missing (object, role) AS (SELECT format('SCHEMA %I', n.nspname), rolname FROM owner o, pg_namespace n "
            "WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND pg_has_role(n.nspowner, 'USAGE') AND "
            "NOT has_schema_privilege(o.oid, n.oid, 'CREATE') UNION ALL SELECT format('DATABASE %I', "
            "current_database()), rolname FROM owner o WHERE NOT has_database_privilege(o.oid, current_database(), "
            "'CREATE')) SELECT format('GRANT CREATE ON %s TO %I;', object, role), format('REVOKE CREATE ON %s FROM "
            "%I;', object, role) FROM missing",
            {json::dump(Json(owners))}));
    TemporaryRights rights;
    std::string grants;
    for (auto const& row : rows) {
        grants += postgres::text_of(row.at(0));
        rights.m_revokes += postgres::text_of(row.at(1));
    }
    if (!grants.empty()) {
        TRY(session.execute(grants));
    }
    return rights;
}

Result<void> TemporaryRights::take_back(postgres::Session& session) const {
    return m_revokes.empty() ? Result<void>{} : session.execute(m_revokes);
}

} // namespace sluice::snapshot
