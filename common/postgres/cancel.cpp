#include "common/postgres/cancel.hpp"

#include "common/process/signals.hpp"

#include <libpq-fe.h>
#include <map>
#include <mutex>
#include <poll.h>
#include <thread>
#include <vector>

namespace sluice::postgres {

namespace {

struct Target {
    std::string conninfo;
    int backend_pid;
};

void cancel(Target const& target) {
    PGconn* connection = PQconnectdb(target.conninfo.c_str());
    std::string const sql = "SELECT pg_catalog.pg_cancel_backend(" + std::to_string(target.backend_pid) + ")";
    PQclear(PQexec(connection, sql.c_str()));
    PQfinish(connection);
}

class Watcher {
  public:
    static Watcher& one() {
        static auto* const watcher = new Watcher; // never destroyed: its thread runs until the process ends
        return *watcher;
    }

    std::uint64_t add(Target target) {
        std::lock_guard const lock(m_guard);
        if (!m_started && process::stop_descriptor() >= 0) {
            m_started = true;
            std::thread([this] { cancel_after_stop(); }).detach();
        }
        m_targets.emplace(++m_last_id, std::move(target));
        return m_last_id;
    }

    // Waits for a round of cancelling that is under way, so that none reaches a statement of the caller's.
    void pause(int by) {
        std::lock_guard const lock(m_round);
        m_paused += by;
    }

    void remove(std::uint64_t id) {
        std::lock_guard const lock(m_guard);
        m_targets.erase(id);
    }

  private:
    Watcher() = default;

    [[noreturn]] void cancel_after_stop() {
        pollfd watched{process::stop_descriptor(), POLLIN, 0};
        while (process::stop_signal() == 0) {
            poll(&watched, 1, -1);
        }
        // Again and again: a session may start its next statement before it looks at the flag.
        constexpr int pause_ms = 500;
        while (true) {
            cancel_all();
            poll(nullptr, 0, pause_ms);
        }
    }

    void cancel_all() {
        std::lock_guard const lock(m_round);
        if (m_paused == 0) {
            for (auto const& target : snapshot_of_targets()) {
                cancel(target);
            }
        }
    }

    std::vector<Target> snapshot_of_targets() {
        std::lock_guard const lock(m_guard);
        std::vector<Target> all;
        for (auto const& [id, target] : m_targets) {
            all.push_back(target);
        }
        return all;
    }

    std::mutex m_round{};
    int m_paused = 0;
    std::mutex m_guard{};
    std::map<std::uint64_t, Target> m_targets{};
    std::uint64_t m_last_id = 0;
    bool m_started = false;
};

} // namespace

CancelOnStop::CancelOnStop(ConnectionParameters const& parameters, int backend_pid)
    : m_id(Watcher::one().add({parameters.conninfo(), backend_pid})) {}

WithoutCancel::WithoutCancel() { Watcher::one().pause(1); }
WithoutCancel::~WithoutCancel() { Watcher::one().pause(-1); }

CancelOnStop::~CancelOnStop() { Watcher::one().remove(m_id); }

} // namespace sluice::postgres
