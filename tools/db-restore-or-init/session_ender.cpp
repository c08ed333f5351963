#include "tools/db-restore-or-init/session_ender.hpp"

#include <chrono>

namespace sluice::db_restore {

namespace {

// New sessions cannot come while RENAME holds its lock, so a few rounds are enough; each costs the server one query.
constexpr std::chrono::milliseconds k_pause{20};

} // namespace

SessionEnder::SessionEnder(std::unique_ptr<postgres::Session> session, std::uint32_t database_oid)
    : m_session(std::move(session)), m_database_oid(database_oid), m_thread([this] { end_until_stopped(); }) {}

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
        auto const ended = m_session->execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = $1 "
                                              "AND usesysid IS NOT NULL AND pid <> pg_backend_pid()",
                                              {std::to_string(m_database_oid)});
        if (!ended) {
            return;
        }
    }
}

bool SessionEnder::wait_or_stop() {
    std::unique_lock lock(m_guard);
    return m_wake.wait_for(lock, k_pause, [this] { return m_stop; });
}

} // namespace sluice::db_restore
