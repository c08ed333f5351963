#include "common/log/progress.hpp"

#include "common/log/log.hpp"
#include "common/time/duration_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>

namespace sluice::log {

namespace {

constexpr std::chrono::milliseconds k_terminal_interval{250};
// GitLab and Jenkins both treat minutes of silence as a hang; 30 s is far below either limit.
constexpr std::chrono::milliseconds k_log_interval{30'000};

} // namespace

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<char const*, 5> units{"B", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units.at(unit));
    return text.data();
}

Progress::Progress(std::string what, std::uint64_t total_bytes)
    : m_what(std::move(what)), m_total(total_bytes), m_terminal(isatty(STDERR_FILENO) == 1),
      m_start(time::real_clock().steady_now()) {
    if (!m_terminal) {
        info("begin " + m_what, {{"total", m_total == 0 ? std::string("unknown") : size_text(m_total)}});
    }
    m_printer = std::thread([this] { print_until_stopped(); });
}

Progress::~Progress() {
    {
        std::lock_guard const lock(m_guard);
        m_stop = true;
    }
    m_wake.notify_all();
    m_printer.join();
    show_progress_line("");
    info("end " + m_what, {{"progress", line()}});
}

void Progress::print_until_stopped() {
    std::unique_lock lock(m_guard);
    auto const interval = m_terminal ? k_terminal_interval : k_log_interval;
    while (!m_wake.wait_for(lock, interval, [this] { return m_stop; })) {
        if (m_terminal) {
            show_progress_line(m_what + ": " + line());
        } else {
            info("still " + m_what, {{"progress", line()}});
        }
    }
}

std::string Progress::line() const {
    auto const elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(time::real_clock().steady_now() - m_start);
    std::uint64_t const done = m_done.load(std::memory_order_relaxed);
    auto const milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 1));
    if (m_total == 0 && done == 0) {
        return time::duration_text(elapsed); // of work that has no bytes to count
    }
    std::string text = size_text(done);
    if (m_total > 0) {
        text += " of about " + size_text(std::max(m_total, done));
    }
    text += ", " + size_text(done * 1000 / milliseconds) + "/s, " + time::duration_text(elapsed);
    if (m_total > done && done > 0 && !m_stop) {
        auto const left =
            static_cast<double>(m_total - done) / static_cast<double>(done) * static_cast<double>(elapsed.count());
        text += ", about " + time::duration_text(std::chrono::milliseconds(static_cast<std::int64_t>(left))) + " left";
    }
    return text;
}

} // namespace sluice::log
