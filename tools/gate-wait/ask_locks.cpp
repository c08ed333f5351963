#include "common/postgres/quote.hpp"
#include "common/time/duration_text.hpp"
#include "tools/gate-wait/database_reader.hpp"

namespace sluice::gate_wait {

namespace {

std::string list_of(std::vector<std::string> const& tables) {
    std::string list;
    for (auto const& table : tables) {
        list += (list.empty() ? "" : ", ") + postgres::quote_literal(table);
    }
    return "ARRAY[" + list + "]::text[]";
}

// What a migration that wants these tables would queue behind, or what queues already. Locks of short transactions come
// and go and are let be. A prepared transaction's lock has no process.
std::string blocking_sql(std::vector<std::string> const& tables) {
    return "SELECT l.relation::regclass::text || ': ' || l.mode || CASE WHEN l.granted THEN '' ELSE ' awaited' END || "
           "', ' || "
           "coalesce('pid ' || l.pid || ', role ' || coalesce(a.usename, '-') || ', ' || coalesce(a.state, "
           "a.backend_type, "
           "'?'), 'prepared transaction') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE "
           "l.locktype = "
           "'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND "
           "l.relation IN "
           "(SELECT to_regclass(t)::oid FROM unnest(" +
           list_of(tables) +
           ") AS t) AND l.pid IS DISTINCT FROM pg_backend_pid() AND (NOT l.granted OR l.pid IS NULL OR (a.backend_type "
           "= "
           "'autovacuum worker' AND a.query LIKE '%(to prevent wraparound)%') OR (a.backend_type IS DISTINCT FROM "
           "'autovacuum worker' AND (a.xact_start IS NULL OR a.xact_start < clock_timestamp() - $1::interval))) ORDER "
           "BY "
           "a.xact_start LIMIT 20";
}

Result<Observation> look(postgres::Session& session, LocksCondition const& spec) {
    TRY_ASSIGN(auto doubt, doubt_of_sight(session));
    if (doubt) {
        return *std::move(doubt);
    }
    TRY_ASSIGN(auto const missing,
               session.query("SELECT t FROM unnest(" + list_of(spec.tables) + ") AS t WHERE to_regclass(t) IS NULL"));
    if (!missing.empty()) {
        return for_good(saw_nothing("there is no table '" + postgres::text_of(missing.front().front()) +
                                        "', or the role may not see it",
                                    "Write schema and name: public.orders."));
    }
    TRY_ASSIGN(auto const rows, session.query(blocking_sql(spec.tables), {seconds_text(spec.max_age)}));
    if (rows.empty()) {
        return saw_open("nobody waits for these tables or has held them longer than " +
                        time::duration_text(spec.max_age));
    }
    return saw_closed(std::to_string(rows.size()) +
                      " locks in the way; first: " + postgres::text_of(rows.front().front()));
}

} // namespace

std::unique_ptr<Asker> asker_of(LocksCondition const& spec, Condition const& all, Surroundings&) {
    return asking_database(spec.connection, all.timeout,
                           [spec](postgres::Session& session) { return look(session, spec); });
}

} // namespace sluice::gate_wait
