#include "tools/db-restore-or-init/stage_safety.hpp"

namespace sluice::db_restore {

Result<void> check_harmless(postgres::Session& session) {
    TRY_ASSIGN(auto const subscriptions,
               session.text("SELECT string_agg(quote_literal(subname), ', ') FROM pg_subscription WHERE subdbid = "
                            "(SELECT oid FROM pg_database WHERE datname = current_database())"));
    if (!subscriptions.empty()) {
        return fail(Errc::refused, "the restored copy has subscriptions: " + subscriptions,
                    "A copy must never connect to production's publisher; take a new snapshot with this version.");
    }
    TRY_ASSIGN(auto const mappings, session.text("SELECT string_agg(format('%L for %s', srvname, usename), ', ') FROM "
                                                 "pg_user_mappings WHERE umoptions IS NOT NULL"));
    if (!mappings.empty()) {
        return fail(
            Errc::refused, "the restored copy holds options of user mappings on server " + mappings,
            "They may hold passwords; read the source as a role with pg_read_all_data and take a new snapshot.");
    }
    return {};
}

} // namespace sluice::db_restore
