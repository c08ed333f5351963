#include "tools/smoke/database_sampler.hpp"

#include "common/log/log.hpp"
#include "common/postgres/session.hpp"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <sys/statvfs.h>
#include <thread>

namespace sluice::smoke {

namespace {

using postgres::Cell;

constexpr std::chrono::milliseconds k_interval{500};

// One statement, so that the figures belong together. Locks are there for every role to see; how far a standby is
// behind only for members of pg_monitor. waitstart is there since PostgreSQL 14.
std::string reading_sql(int server_version) {
    std::string const since = server_version >= 140000 ? "waitstart" : "NULL::timestamptz";
    return "WITH others AS (SELECT * FROM pg_locks WHERE pid <> pg_backend_pid() AND (database IS NULL OR database = "
           "(SELECT oid FROM pg_database WHERE datname = current_database()))), wal AS (SELECT CASE WHEN "
           "pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS at) "
           "SELECT (SELECT count(*) FROM others WHERE granted AND locktype = 'relation'), "
           "(SELECT count(*) FROM others WHERE granted AND mode = 'AccessExclusiveLock'), "
           "(SELECT count(*) FROM others WHERE NOT granted), "
           "(SELECT extract(epoch FROM max(clock_timestamp() - " +
           since +
           "))::float8 FROM others WHERE NOT granted), "
           "(SELECT max(pg_wal_lsn_diff(wal.at, replay_lsn)) FROM pg_stat_replication), pg_wal_lsn_diff(wal.at, "
           "'0/0'), "
           "(SELECT count(*) FROM pg_stat_replication) FROM wal";
}

std::optional<std::int64_t> whole(Cell const& cell) {
    return cell ? std::optional(postgres::number_of(cell)) : std::nullopt;
}

std::optional<std::int64_t> free_bytes_at(std::string const& folder) {
    struct statvfs facts {};
    if (folder.empty() || statvfs(folder.c_str(), &facts) != 0) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(facts.f_bavail) * static_cast<std::int64_t>(facts.f_frsize);
}

// The folder of the data when the server is on this machine and this role may know; else nothing.
std::string local_data_folder(postgres::Session& session) {
    auto const folder = session.query("SELECT setting FROM pg_settings WHERE name = 'data_directory' AND "
                                      "(inet_server_addr() IS NULL OR inet_server_addr() << '127.0.0.0/8')");
    return folder && folder->size() == 1 ? postgres::text_of(folder->front().front()) : std::string{};
}

class RunningSampler final : public DatabaseSampler {
  public:
    RunningSampler(std::unique_ptr<postgres::Session> session, time::Steady origin)
        : m_session(std::move(session)), m_origin(origin), m_folder(local_data_folder(*m_session)),
          m_sql(reading_sql(m_session->server_version())) {}
    ~RunningSampler() override {
        {
            std::lock_guard const lock(m_guard);
            m_stopping = true;
        }
        m_wake.notify_all();
        if (m_thread.joinable()) {
            m_thread.join();
        }
    }
    RunningSampler(RunningSampler const&) = delete;
    RunningSampler& operator=(RunningSampler const&) = delete;

    Result<void> begin() {
        TRY(read());
        if (m_standbys > 0 && !m_readings.front().replication_lag_bytes) {
            log::warning("this role may not see how far standbys are behind", {{"grant", "pg_monitor"}});
        }
        if (!m_readings.front().free_bytes) {
            log::info("free space is not sampled: the server is elsewhere, or the role may not know its folder");
        }
        m_thread = std::thread([this] { sample(); });
        return {};
    }

    std::vector<DatabaseReading> take() override {
        std::lock_guard const lock(m_guard);
        return std::exchange(m_readings, {});
    }

  private:
    void sample() {
        std::unique_lock lock(m_guard);
        while (!m_wake.wait_for(lock, k_interval, [&] { return m_stopping; })) {
            lock.unlock();
            auto const done = read();
            if (!done) {
                log::warning("database not sampled", {{"why", done.error().message}});
            }
            lock.lock();
            m_stopping = m_stopping || !done;
        }
    }

    Result<void> read() {
        TRY_ASSIGN(auto const rows, m_session->query(m_sql));
        auto const& row = rows.at(0);
        auto const written = whole(row.at(5));
        m_first_written = m_first_written ? m_first_written : written;
        DatabaseReading reading;
        reading.at = std::chrono::duration_cast<Instant>(time::real_clock().steady_now() - m_origin);
        reading.locks_held = whole(row.at(0));
        reading.exclusive_locks = whole(row.at(1));
        reading.locks_awaited = whole(row.at(2));
        reading.longest_blocked_seconds = row.at(3) ? std::strtod(row.at(3)->c_str(), nullptr) : 0;
        reading.replication_lag_bytes = whole(row.at(4));
        note_standbys(postgres::number_of(row.at(6)));
        reading.written_bytes = written ? std::optional(*written - *m_first_written) : std::nullopt;
        reading.free_bytes = free_bytes_at(m_folder);
        std::lock_guard const lock(m_guard);
        m_readings.push_back(reading);
        return {};
    }

    // A standby that is gone shows no lag at all, which would look like the best of news.
    void note_standbys(std::int64_t now) {
        if (now < m_standbys) {
            log::warning("a standby is gone", {{"before", std::to_string(m_standbys)}, {"now", std::to_string(now)}});
        }
        m_standbys = now;
    }

    std::unique_ptr<postgres::Session> m_session;
    std::int64_t m_standbys = 0;
    time::Steady m_origin;
    std::string m_folder;
    std::string m_sql;
    std::optional<std::int64_t> m_first_written{};
    std::mutex m_guard{};
    std::condition_variable m_wake{};
    bool m_stopping = false;
    std::vector<DatabaseReading> m_readings{};
    std::thread m_thread{};
};

} // namespace

Result<std::unique_ptr<DatabaseSampler>> DatabaseSampler::start(postgres::ConnectionParameters const& database,
                                                                time::Steady origin) {
    TRY_ASSIGN(auto session, postgres::connect(database, "smoke"));
    // A sampler that waits for a lock would become part of what it looks at.
    TRY(session->execute(
        "SET statement_timeout = '5s'; SET lock_timeout = '100ms'; SET default_transaction_read_only = on"));
    auto sampler = std::make_unique<RunningSampler>(std::move(session), origin);
    TRY(sampler->begin());
    return sampler;
}

} // namespace sluice::smoke
