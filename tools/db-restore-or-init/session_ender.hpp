#pragma once

#include "common/postgres/session.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace sluice::db_restore {

/// A session of our own that is to leave the database last: when `renaming_pid` has the lock that keeps new sessions
/// out and no other session is left, `leave` is called on the ender's thread, once.
struct LastToLeave {
    int pid = 0;
    int renaming_pid = 0;
    std::function<void()> leave;
};

/// Ends the sessions of one database again and again while it lives, on a connection and a thread of its own. Failures
/// are not reported: what they leave behind makes the rename fail, which is.
class SessionEnder {
  public:
    SessionEnder(std::unique_ptr<postgres::Session> session, std::uint32_t database_oid,
                 std::optional<LastToLeave> last = {});
    ~SessionEnder();
    SessionEnder(SessionEnder const&) = delete;
    SessionEnder& operator=(SessionEnder const&) = delete;

  private:
    void end_until_stopped();
    [[nodiscard]] bool wait_or_stop();
    [[nodiscard]] bool only_the_last_is_left();

    std::unique_ptr<postgres::Session> m_session;
    std::uint32_t m_database_oid;
    std::optional<LastToLeave> m_last;
    std::mutex m_guard{};
    std::condition_variable m_wake{};
    bool m_stop = false;
    std::thread m_thread{};
};

} // namespace sluice::db_restore
