#include "common/json/json.hpp"
#include "common/postgres/session.hpp"
#include "common/time/deadline.hpp"
#include "tools/smoke/database.hpp"
#include "tools/smoke/probes.hpp"

namespace sluice::smoke {

namespace {

// Rows beyond this are no check but a report.
constexpr std::size_t k_most_rows = 1000;

// A parameter makes libpq use the extended protocol, in which the server refuses a second statement; as a subquery the
// text can be nothing but a query. Each row becomes [name, value] pairs with the types of JSON.
std::string wrapped(std::string const& sql) {
    return "SELECT (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(e.key, e.value) ORDER BY e.place)::text "
           "FROM pg_catalog.json_each(pg_catalog.row_to_json(answer)) WITH ORDINALITY AS e(key, value, place)) FROM "
           "(\n" +
           without_end(sql) + "\n) AS answer WHERE $1::pg_catalog.text IS NOT NULL LIMIT " +
           std::to_string(k_most_rows);
}

Result<Json> rows_of(postgres::Session& session, std::string const& sql) {
    TRY_ASSIGN(auto const rows, session.query(wrapped(sql), {"one statement"}));
    Json all = Json::array();
    for (auto const& row : rows) {
        // A row without columns has no pairs.
        TRY_ASSIGN(auto parsed, json::parse(row.at(0).value_or("[]"), "the answer"));
        all.push_back(std::move(parsed));
    }
    return all;
}

Result<Json> ask(PgCheck const& pg, std::chrono::milliseconds timeout) {
    TRY_ASSIGN(auto const session, open_read_only(pg.connection, "smoke", timeout));
    return rows_of(*session, pg.sql);
}

} // namespace

ProbeResult probe_pg(Check const& check, PgCheck const& pg) {
    time::Clock& clock = time::real_clock();
    auto const begin = clock.steady_now();
    auto rows = ask(pg, check.timeout);
    auto const duration = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady_now() - begin);
    ProbeResult result;
    if (!rows) {
        result = failed_query(rows.error());
    } else if (duration > check.timeout) {
        result = failed_probe(Verdict::fail, Kind::timed_out, "the answer took longer than the check's timeout");
    } else {
        Observation seen;
        seen.rows = std::make_shared<Json const>(*std::move(rows));
        seen.duration = duration;
        result = judge(check, seen, clock.wall_now());
    }
    result.duration = duration;
    return result;
}

} // namespace sluice::smoke
