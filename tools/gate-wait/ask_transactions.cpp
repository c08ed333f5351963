#include "common/time/duration_text.hpp"
#include "tools/gate-wait/database_reader.hpp"

namespace sluice::gate_wait {

namespace {

// An ordinary autovacuum makes way for whoever wants its lock; one against wraparound does not. A prepared transaction
// belongs to no session.
constexpr char const* k_sql =
    "WITH old AS (SELECT 'pid ' || pid || ', role ' || coalesce(usename, '-') || ', ' || coalesce(state, backend_type) "
    "AS "
    "who, xact_start AS since FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
    "NOT "
    "(backend_type = 'autovacuum worker' AND query NOT LIKE '%(to prevent wraparound)%') UNION ALL SELECT 'prepared ' "
    "|| "
    "quote_literal(gid) || ', role ' || owner, prepared FROM pg_prepared_xacts WHERE database = current_database()) "
    "SELECT count(*), (extract(epoch FROM clock_timestamp() - min(since)) * 1000)::bigint, (array_agg(who ORDER BY "
    "since))[1] "
    "FROM old WHERE since < clock_timestamp() - $1::interval";

Result<Observation> look(postgres::Session& session, TransactionsCondition const& spec) {
    for (auto const& doubt_of : {&doubt_of_sight, &doubt_of_activity}) {
        TRY_ASSIGN(auto doubt, doubt_of(session));
        if (doubt) {
            return *std::move(doubt);
        }
    }
    TRY_ASSIGN(auto const rows, session.query(k_sql, {seconds_text(spec.max_age)}));
    auto const count = postgres::number_of(rows.at(0).at(0));
    std::string const limit = "older than " + time::duration_text(spec.max_age);
    if (count == 0) {
        return saw_open("no transaction is " + limit);
    }
    Milliseconds const oldest{postgres::number_of(rows.at(0).at(1))};
    return saw_closed(std::to_string(count) + " transactions are " + limit + "; the oldest, " +
                      time::duration_text(oldest) + ": " + postgres::text_of(rows.at(0).at(2)));
}

} // namespace

std::unique_ptr<Asker> asker_of(TransactionsCondition const& spec, Condition const& all, Surroundings&) {
    return asking_database(spec.connection, all.timeout,
                           [spec](postgres::Session& session) { return look(session, spec); });
}

} // namespace sluice::gate_wait
