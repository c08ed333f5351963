#pragma once

#include "common/time/clock.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace sluice::log {

/// "1.4 GB", "23 MB", "512 B": powers of ten, as disks are sold and networks measured.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// Shows how far a long piece of work is. On a terminal: one line, four times a second, with rate and time left.
/// Elsewhere (a CI log): one log line at the start, every 30 s and at the end, so that silence never looks like a
/// hang. `add` may be called from any thread; the object's own thread does the printing.
class Progress {
  public:
    /// `total_bytes` may be an estimate; 0 means unknown. Where nothing is ever added the time alone is shown.
    Progress(std::string what, std::uint64_t total_bytes);
    ~Progress();
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    void add(std::uint64_t bytes) { m_done.fetch_add(bytes, std::memory_order_relaxed); }

  private:
    void print_until_stopped();
    [[nodiscard]] std::string line() const;

    std::string m_what;
    std::uint64_t m_total;
    bool m_terminal;
    time::Steady m_start;
    std::atomic<std::uint64_t> m_done{0};
    std::mutex m_guard{};
    std::condition_variable m_wake{};
    bool m_stop = false;
    std::thread m_printer{};
};

} // namespace sluice::log
