#include "tools/gate-wait/database_reader.hpp"

#include "common/postgres/read_only.hpp"
#include "tools/gate-wait/doubt.hpp"

namespace sluice::gate_wait {

Observation DatabaseReader::read(std::function<Result<Observation>(postgres::Session&)> const& look) {
    auto seen = attempt(look);
    if (!seen) {
        m_session.reset();
    }
    bool const looked = seen.has_value();
    Observation answer = looked ? *std::move(seen) : doubt_of(seen.error(), m_worked);
    m_worked = m_worked || looked;
    answer.source = m_connection.description();
    return answer;
}

Result<Observation> DatabaseReader::attempt(std::function<Result<Observation>(postgres::Session&)> const& look) {
    if (m_session) {
        TRY(m_session->execute(postgres::read_only_transaction(m_timeout)));
    } else {
        TRY_ASSIGN(m_session, postgres::open_read_only(m_connection, "gate-wait", m_timeout));
    }
    TRY_ASSIGN(auto seen, look(*m_session));
    TRY(m_session->execute("ROLLBACK"));
    return seen;
}

std::unique_ptr<Asker> asking_database(postgres::ConnectionParameters const& connection, Milliseconds timeout,
                                       std::function<Result<Observation>(postgres::Session&)> look) {
    auto const reader = std::make_shared<DatabaseReader>(connection, timeout);
    return asking([reader, look = std::move(look)] { return reader->read(look); });
}

Result<std::optional<Observation>> doubt_of_sight(postgres::Session& session) {
    using Doubt = std::optional<Observation>;
    TRY_ASSIGN(auto const rows,
               session.query("SELECT pg_has_role('pg_read_all_stats', 'USAGE'), quote_ident(current_user)"));
    if (postgres::truth_of(rows.at(0).at(0))) {
        return Doubt{};
    }
    std::string const role = postgres::text_of(rows.at(0).at(1));
    return Doubt{for_good(
        saw_nothing("role " + role + " may not see other sessions", "Run: GRANT pg_monitor TO " + role + ";"))};
}

Result<std::optional<Observation>> doubt_of_activity(postgres::Session& session) {
    using Doubt = std::optional<Observation>;
    TRY_ASSIGN(auto const hidden,
               session.number("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
                              "pg_backend_pid() AND (state IS NULL OR state = 'disabled')"));
    return hidden == 0 ? Doubt{}
                       : Doubt{saw_nothing(std::to_string(hidden) + " sessions don't show what they do",
                                           "track_activities is off for them; switch it on.")};
}

std::string as_single_query(std::string const& sql) {
    return "SELECT pg_catalog.row_to_json(answer)::text FROM (\n" + postgres::without_end(sql) +
           "\n) AS answer WHERE $1::pg_catalog.text IS NOT NULL LIMIT 2";
}

std::string seconds_text(Milliseconds duration) { return std::to_string(duration.count()) + " milliseconds"; }

} // namespace sluice::gate_wait
