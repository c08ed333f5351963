#include "tools/db-snapshot/run_record.hpp"

#include "common/log/log.hpp"
#include "common/log/redact.hpp"
#include "common/process/signals.hpp"
#include "common/time/timestamp.hpp"

#include <array>
#include <optional>
#include <unistd.h>

namespace sluice::db_snapshot {

namespace {

std::string host_name() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return name.data();
}

} // namespace

Result<std::unique_ptr<RunRecord>> RunRecord::begin(snapshot::Catalog const& catalog, std::string id,
                                                    std::string const& log, time::Clock& clock) {
    std::string const now = time::timestamp_text(clock.wall_now());
    snapshot::Status status{std::move(id),
                            snapshot::State::running,
                            now,
                            now,
                            host_name(),
                            0,
                            "",
                            log.empty() ? "" : host_name() + ":" + log};
    TRY(catalog.write_status(status));
    return std::unique_ptr<RunRecord>(new RunRecord(catalog, std::move(status), clock));
}

RunRecord::RunRecord(snapshot::Catalog const& catalog, snapshot::Status status, time::Clock& clock)
    : m_catalog(catalog), m_status(std::move(status)), m_clock(clock) {
    m_heart = std::thread([this] { beat_until_stopped(); });
}

RunRecord::~RunRecord() {
    if (!m_ended) {
        failed("ended without a word");
    }
}

Result<void> RunRecord::complete() {
    stop_beating();
    return write(snapshot::State::complete);
}

void RunRecord::failed(std::string const& reason) {
    stop_beating();
    // A statement that our own stop cancelled says less than what stopped us.
    auto const stopped = process::check_not_stopped();
    std::optional<process::FinishingUp> although_stopped;
    if (!stopped) {
        although_stopped.emplace();
    }
    bool const told = stopped || reason.find(stopped.error().message) != std::string::npos;
    m_status.error = log::redact(told ? reason : stopped.error().message + ": " + reason);
    if (auto const written = write(snapshot::State::failed); !written) {
        log::warning("could not record the failure", {{"reason", written.error().message}});
    }
}

void RunRecord::beat_until_stopped() {
    std::unique_lock lock(m_guard);
    while (!m_wake.wait_for(lock, snapshot::k_heartbeat_interval, [this] { return m_stop; })) {
        if (auto const written = write(snapshot::State::running); !written) {
            log::warning("could not write the heartbeat", {{"reason", written.error().message}});
        }
    }
}

void RunRecord::stop_beating() {
    {
        std::lock_guard const lock(m_guard);
        m_stop = true;
        m_ended = true;
    }
    m_wake.notify_all();
    if (m_heart.joinable()) {
        m_heart.join();
    }
}

Result<void> RunRecord::write(snapshot::State state) {
    m_status.state = state;
    m_status.heartbeat = time::timestamp_text(m_clock.wall_now());
    m_status.bytes_done = m_bytes;
    return m_catalog.write_status(m_status);
}

} // namespace sluice::db_snapshot
