#pragma once

#include "common/postgres/session.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace sluice::db_restore {

/// Ends the sessions of one database again and again while it lives, on a connection and a thread of its own. Failures
/// are not reported: what they leave behind makes the rename fail, which is.
class SessionEnder {
  public:
    SessionEnder(std::unique_ptr<postgres::Session> session, std::uint32_t database_oid);
    ~SessionEnder();
    SessionEnder(SessionEnder const&) = delete;
    SessionEnder& operator=(SessionEnder const&) = delete;

  private:
    void end_until_stopped();
    [[nodiscard]] bool wait_or_stop();

    std::unique_ptr<postgres::Session> m_session;
    std::uint32_t m_database_oid;
    std::mutex m_guard{};
    std::condition_variable m_wake{};
    bool m_stop = false;
    std::thread m_thread{};
};

} // namespace sluice::db_restore
