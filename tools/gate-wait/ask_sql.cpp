#include "common/json/json.hpp"
#include "tools/gate-wait/database_reader.hpp"

namespace sluice::gate_wait {

namespace {

// True is open, false is closed; whatever else comes, nothing included, is no answer.
Result<Observation> look(postgres::Session& session, std::string const& sql) {
    TRY_ASSIGN(auto const rows, session.query(as_single_query(sql), {"one statement"}));
    if (rows.size() != 1) {
        return saw_nothing(rows.empty() ? "the query gave no row" : "the query gave several rows",
                           "It must give one row with one boolean: SELECT count(*) = 0 FROM …");
    }
    TRY_ASSIGN(auto const row, json::parse(postgres::text_of(rows.front().at(0)), "the row"));
    if (!row.is_object() || row.size() != 1 || !row.begin()->is_boolean()) {
        return saw_nothing("the query gave " + json::dump(row).substr(0, 200) + ", which is no boolean",
                           "It must give one row with one boolean: SELECT count(*) = 0 FROM …");
    }
    return row.begin()->get<bool>() ? saw_open("true") : saw_closed("false");
}

} // namespace

std::unique_ptr<Asker> asker_of(SqlCondition const& spec, Condition const& all, Surroundings&) {
    return asking_database(spec.connection, all.timeout,
                           [sql = spec.sql](postgres::Session& session) { return look(session, sql); });
}

} // namespace sluice::gate_wait
