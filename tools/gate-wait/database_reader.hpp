#pragma once

#include "common/postgres/session.hpp"
#include "tools/gate-wait/asker.hpp"

#include <functional>
#include <memory>

namespace sluice::gate_wait {

/// One connection that is kept between askings; each asking is a short read-only transaction of its own, so that the
/// gate is never itself the old transaction that somebody waits for. A lost connection is opened anew at the next.
class DatabaseReader {
  public:
    DatabaseReader(postgres::ConnectionParameters connection, Milliseconds timeout)
        : m_connection(std::move(connection)), m_timeout(timeout) {}

    /// Calls `look` inside such a transaction, and turns failures into doubt.
    [[nodiscard]] Observation read(std::function<Result<Observation>(postgres::Session&)> const& look);

  private:
    Result<Observation> attempt(std::function<Result<Observation>(postgres::Session&)> const& look);

    postgres::ConnectionParameters m_connection;
    Milliseconds m_timeout;
    std::unique_ptr<postgres::Session> m_session{};
    bool m_worked = false;
};

/// An asker that is one look at a database.
[[nodiscard]] std::unique_ptr<Asker> asking_database(postgres::ConnectionParameters const& connection,
                                                     Milliseconds timeout,
                                                     std::function<Result<Observation>(postgres::Session&)> look);

/// Nothing when the role may see other sessions. Else unknown for good: to an ordinary role pg_stat_activity shows
/// others without state and start of their transactions, and a look at it would find nothing wrong exactly where it
/// sees nothing.
[[nodiscard]] Result<std::optional<Observation>> doubt_of_sight(postgres::Session& session);

/// The role must see others' activity, which is switched off for some session: unknown.
[[nodiscard]] Result<std::optional<Observation>> doubt_of_activity(postgres::Session& session);

/// "SELECT …" of a person as a subquery with a parameter, which makes the server refuse a second statement (decision
/// 31).
[[nodiscard]] std::string as_single_query(std::string const& sql);

[[nodiscard]] std::string seconds_text(Milliseconds duration);

} // namespace sluice::gate_wait
