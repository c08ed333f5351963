#include "tools/db-restore-or-init/session_ender.hpp"

#include <chrono>

namespace sluice::db_restore {

namespace {

// New sessions cannot come while RENAME holds its lock, so a few rounds are enough; each costs the server one query.
constexpr std::chrono::milliseconds k_pause{20};

} // namespace

SessionEnder::SessionEnder(std::unique_ptr<postgres::Session> session, std::uint32_t database_oid,
                           std::optional<LastToLeave> last)
    : m_session(std::move(session)), m_database_oid(database_oid), m_last(std::move(last)),
      m_thread([this] { end_until_stopped(); }) {}

SessionEnder::~SessionEnder() {
    {
        std::lock_guard const lock(m_guard);
        m_stop = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

// The pause comes first: sessions are ended only once RENAME keeps others from taking their place.
void SessionEnder::end_until_stopped() {
    while (!wait_or_stop()) {
        // Background workers have no user and leave by themselves.
        auto const ended =
            m_session->execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = $1 "
                               "AND usesysid IS NOT NULL AND pid NOT IN (pg_backend_pid(), $2)",
                               {std::to_string(m_database_oid), std::to_string(m_last ? m_last->pid : 0)});
        if (!ended) {
            return;
        }
        if (m_last && only_the_last_is_left()) {
            m_last->leave();
            m_last.reset();
        }
    }
}

// A session shows itself before the transaction of its start ends, for which RENAME's lock waits.
bool SessionEnder::only_the_last_is_left() {
    auto const alone = m_session->truth(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $2 AND locktype = 'object' AND classid = "
        "'pg_database'::regclass AND objid = $1 AND mode = 'AccessExclusiveLock' AND granted) AND NOT EXISTS (SELECT "
        "FROM pg_stat_activity WHERE datid = $1 AND usesysid IS NOT NULL AND pid <> $3)",
        {std::to_string(m_database_oid), std::to_string(m_last->renaming_pid), std::to_string(m_last->pid)});
    return alone && *alone;
}

bool SessionEnder::wait_or_stop() {
    std::unique_lock lock(m_guard);
    return m_wake.wait_for(lock, k_pause, [this] { return m_stop; });
}

} // namespace sluice::db_restore
