#pragma once

#include "common/snapshot/catalog.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace sluice::db_snapshot {

/// Keeps a snapshot's status.json: running with a heartbeat from a thread of its own, then complete or failed. One
/// that is dropped without either (an exception, a crash of the caller) says failed.
class RunRecord {
  public:
    /// Writes the first status, which makes the snapshot visible as running. `log`: the file of a run in the
    /// background. Errors: as the store.
    [[nodiscard]] static Result<std::unique_ptr<RunRecord>> begin(snapshot::Catalog const& catalog, std::string id,
                                                                  std::string const& log, time::Clock& clock);
    ~RunRecord();
    RunRecord(RunRecord const&) = delete;
    RunRecord& operator=(RunRecord const&) = delete;

    [[nodiscard]] std::string const& id() const { return m_status.id; }
    [[nodiscard]] std::string const& started() const { return m_status.started; }
    void add_bytes(std::uint64_t bytes) { m_bytes += bytes; }
    [[nodiscard]] Result<void> complete();
    void failed(std::string const& reason);

  private:
    RunRecord(snapshot::Catalog const& catalog, snapshot::Status status, time::Clock& clock);
    void beat_until_stopped();
    void stop_beating();
    Result<void> write(snapshot::State state);

    snapshot::Catalog const& m_catalog;
    snapshot::Status m_status;
    time::Clock& m_clock;
    std::atomic<std::uint64_t> m_bytes{0};
    std::mutex m_guard{};
    std::condition_variable m_wake{};
    bool m_stop = false;
    bool m_ended = false;
    std::thread m_heart{};
};

} // namespace sluice::db_snapshot
