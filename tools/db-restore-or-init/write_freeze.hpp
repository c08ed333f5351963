#pragma once

#include "common/postgres/session.hpp"
#include "common/snapshot/inventory.hpp"
#include "common/time/clock.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// Keeps everybody from writing to a database, while reading goes on: one session holds every table in SHARE mode. A
/// writer waits, and when the swap ends its session it gets an error, so that nothing is taken from it and then lost.
/// The locks end with the session, so that whatever kills us leaves the database as it was.
///
/// At the swap this session leaves last, when the RENAME already keeps new ones out and all others are gone. Its last
/// look finds what locks on tables cannot stop: tables made since, and large objects.
class WriteFreeze {
  public:
    /// Waits up to `lock_timeout` for running writers; in its second half, ends the sessions that are in the way, such
    /// as the one that a dead migration left behind with its transaction open. Errors: temporary; denied where this
    /// role may not lock a table.
    [[nodiscard]] static Result<std::unique_ptr<WriteFreeze>>
    take(postgres::ConnectionParameters const& parameters, std::chrono::milliseconds lock_timeout, time::Clock& clock);

    [[nodiscard]] int backend_pid() const { return m_pid; }
    /// Sessions that were ended for the locks, each as "pid 12 of 'app' (idle in transaction)".
    [[nodiscard]] std::vector<std::string> const& ended_sessions() const { return m_ended; }

    /// The last look, then the end of the session. Does nothing when it is over. From any one thread at a time.
    void leave();
    /// Whether it may still go on: false after `leave`, and after a last look that found something.
    [[nodiscard]] bool holds() const;
    /// Whether it held until `leave`, and nothing was found.
    [[nodiscard]] bool left_last() const;
    /// What the last look found: temporary. Nothing when all was as at the beginning.
    [[nodiscard]] std::optional<Error> problem() const;

  private:
    WriteFreeze() = default;
    Result<void> lock_all();
    Result<void> end_those_in_the_way();
    Result<void> look_once_more();
    Result<std::int64_t> large_object_writes();

    std::unique_ptr<postgres::Session> m_session{};
    int m_pid = 0;
    std::vector<snapshot::TableName> m_tables{};
    std::int64_t m_large_object_writes = 0;
    std::vector<std::string> m_ended{};
    mutable std::mutex m_guard{};
    std::optional<Error> m_problem{};
};

} // namespace sluice::db_restore
