#include "tools/db-restore-or-init/target_facts.hpp"

#include "common/postgres/quote.hpp"

namespace sluice::db_restore {

namespace {

using postgres::Session;
using postgres::text_of;
using postgres::truth_of;

// Whatever a user would miss. Members of extensions come back with them.
constexpr char const* k_is_empty =
    "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN "
    "('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> "
    "'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND "
    "d.objid = c.oid AND d.deptype = 'e')) AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid >= 16384 AND NOT EXISTS "
    "(SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')) AND "
    "NOT EXISTS (SELECT FROM pg_largeobject_metadata)";

Result<OwnRole> read_own_role(Session& session) {
    TRY_ASSIGN(auto const rows,
               session.query("SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"));
    auto const& row = rows.at(0);
    return OwnRole{text_of(row.at(0)), truth_of(row.at(1)), truth_of(row.at(2))};
}

// Settings that only a superuser could make, so that they are stronger than a comment. Read, never relied on.
Result<std::string> read_environment_setting(Session& maintenance, std::uint32_t oid) {
    return maintenance.text("SELECT max(substr(c, position('=' IN c) + 1)) FROM pg_db_role_setting s, "
                            "unnest(s.setconfig) c WHERE s.setdatabase = $1 AND s.setrole = 0 AND "
                            "c LIKE 'sluice.environment=%'",
                            {std::to_string(oid)});
}

Result<void> read_contents(postgres::ConnectionParameters const& parameters, ExistingTarget& existing) {
    TRY_ASSIGN(auto const session, postgres::connect(parameters, "look at the target"));
    TRY_ASSIGN(existing.empty, session->truth(k_is_empty));
    TRY_ASSIGN(existing.properties, snapshot::read_properties(*session));
    return {};
}

// A monitor's or a person's short session is gone a moment later, and the server takes another to forget it.
Result<Unendable> find_lasting_unendable_sessions(Session& maintenance, std::uint32_t database_oid) {
    constexpr int looks = 10;
    TRY_ASSIGN(auto found, find_unendable_sessions(maintenance, database_oid));
    for (int look = 1; look < looks && !found.roles.empty(); ++look) {
        TRY(maintenance.execute("SELECT pg_sleep(0.2)"));
        TRY_ASSIGN(found, find_unendable_sessions(maintenance, database_oid));
    }
    return found;
}

Result<ExistingTarget> read_existing(Session& maintenance, postgres::ConnectionParameters const& parameters,
                                     postgres::Row const& row) {
    ExistingTarget existing;
    existing.oid = static_cast<std::uint32_t>(postgres::number_of(row.at(0)));
    existing.ours = truth_of(row.at(1));
    existing.comment_as_read = text_of(row.at(2));
    existing.comment = snapshot::split_comment(existing.comment_as_read);
    TRY_ASSIGN(existing.environment_setting, read_environment_setting(maintenance, existing.oid));
    TRY_ASSIGN(
        existing.prepared_transactions,
        maintenance.number("SELECT count(*) FROM pg_prepared_xacts WHERE database = $1", {parameters.get("dbname")}));
    TRY_ASSIGN(auto unendable, find_lasting_unendable_sessions(maintenance, existing.oid));
    existing.unendable = std::move(unendable.roles);
    existing.superuser_sessions = unendable.superuser;
    TRY(read_contents(parameters, existing).map_error(while_doing("looking at the target")));
    return existing;
}

} // namespace

Result<TargetFacts> read_target_facts(Session& maintenance, postgres::ConnectionParameters const& parameters) {
    TargetFacts facts;
    facts.name = parameters.get("dbname");
    TRY_ASSIGN(facts.system_identifier, maintenance.text("SELECT system_identifier FROM pg_control_system()"));
    TRY_ASSIGN(facts.role, read_own_role(maintenance));
    TRY_ASSIGN(auto const rows,
               maintenance.query("SELECT oid, pg_has_role(datdba, 'USAGE'), shobj_description(oid, 'pg_database') "
                                 "FROM pg_database WHERE datname = $1",
                                 {facts.name}));
    if (!rows.empty()) {
        TRY_ASSIGN(facts.existing, read_existing(maintenance, parameters, rows.front()));
    }
    return facts;
}

Result<Unendable> find_unendable_sessions(Session& maintenance, std::uint32_t database_oid) {
    TRY_ASSIGN(auto const rows,
               maintenance.query("SELECT DISTINCT r.rolname, r.rolsuper FROM pg_stat_activity a JOIN pg_roles r ON "
                                 "r.oid = a.usesysid WHERE a.datid = $1 AND a.pid <> pg_backend_pid() AND NOT "
                                 "(SELECT m.rolsuper OR (NOT r.rolsuper AND (pg_has_role(r.oid, 'USAGE') OR "
                                 "pg_has_role('pg_signal_backend', 'USAGE'))) FROM pg_roles m WHERE m.rolname = "
                                 "current_user) ORDER BY 1",
                                 {std::to_string(database_oid)}));
    Unendable found;
    for (auto const& row : rows) {
        found.roles.push_back(text_of(row.at(0)));
        found.superuser = found.superuser || truth_of(row.at(1));
    }
    return found;
}

Result<void> check_endable(std::string const& target, std::string const& own_role,
                           std::vector<std::string> const& unendable, bool superuser) {
    if (unendable.empty()) {
        return {};
    }
    std::string roles;
    for (auto const& role : unendable) {
        roles += (roles.empty() ? "'" : ", '") + role + "'";
    }
    return fail(
        Errc::denied, "role '" + own_role + "' may not end the sessions of " + roles + " in database '" + target + "'",
        superuser ? "Only a superuser may end a superuser's session: close it, then run the same command again."
                  : "Run on that server: GRANT pg_signal_backend TO " + postgres::quote_identifier(own_role) + ";");
}

} // namespace sluice::db_restore
