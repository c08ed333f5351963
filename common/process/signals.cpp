#include "common/process/signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace sluice::process {

namespace {

std::atomic<int> g_stop_signal{0};
std::array<int, 2> g_pipe{-1, -1};
thread_local bool g_finishing_up = false;

extern "C" void note_stop(int number) {
    int const saved = errno;
    int none = 0;
    if (!g_stop_signal.compare_exchange_strong(none, number)) {
        _exit(128 + number);
    }
    [[maybe_unused]] ssize_t const written = write(g_pipe[1], "x", 1);
    errno = saved;
}

} // namespace

void watch_signals() {
    if (pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        g_pipe = {-1, -1};
    }
    struct sigaction action {};
    action.sa_handler = note_stop;
    sigemptyset(&action.sa_mask);
    // No SA_RESTART: whoever waits in a system call must wake up and look at the flag.
    for (int const number : {SIGINT, SIGTERM, SIGHUP}) {
        sigaction(number, &action, nullptr);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
}

int stop_signal() { return g_stop_signal.load(std::memory_order_relaxed); }

int stop_descriptor() { return g_pipe[0]; }

Result<void> check_not_stopped() {
    int const number = stop_signal();
    if (number != 0 && !is_finishing_up()) {
        return fail(Errc::interrupted, "stopped by signal " + std::to_string(number));
    }
    return {};
}

FinishingUp::FinishingUp() : m_before(std::exchange(g_finishing_up, true)) {}

FinishingUp::~FinishingUp() { g_finishing_up = m_before; }

bool is_finishing_up() { return g_finishing_up; }

} // namespace sluice::process
