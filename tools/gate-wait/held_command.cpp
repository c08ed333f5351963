#include "tools/gate-wait/held_command.hpp"

#include "common/ci/environment.hpp"
#include "common/process/signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::gate_wait {

namespace {

constexpr std::array<int, 3> k_signals{SIGINT, SIGTERM, SIGHUP};
std::atomic<pid_t> g_group{0};

// Forwards at once, from inside the handler: kill is async-signal-safe.
extern "C" void forward_signal(int number) {
    pid_t const group = g_group.load();
    if (group > 0) {
        int const saved = errno;
        kill(-group, number);
        errno = saved;
    }
}

sigset_t our_signals() {
    sigset_t set{};
    sigemptyset(&set);
    for (int const number : k_signals) {
        sigaddset(&set, number);
    }
    return set;
}

// The program's usual handlers end it at the second signal.
void forward_from_now_on() {
    struct sigaction action {};
    action.sa_handler = forward_signal;
    sigemptyset(&action.sa_mask);
    for (int const number : k_signals) {
        sigaction(number, &action, nullptr);
    }
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

// 0, or an errno.
int spawn(pid_t& pid, std::vector<std::string> arguments) {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // A background group that reads from the terminal would be stopped, so it gets none.
    if (isatty(STDIN_FILENO) == 1) {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    sigset_t defaults = our_signals();
    sigaddset(&defaults, SIGPIPE); // which we ignore, and the command would inherit that
    sigset_t none{};
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    std::vector<std::string> variables;
    auto const own = ci::Environment::of_process();
    for (auto const& [name, value] : own.all()) {
        variables.push_back(name + "=" + value);
    }
    auto const argv = pointers_to(arguments);
    auto const envp = pointers_to(variables);
    int const problem = posix_spawnp(&pid, argv.front(), &actions, &attributes, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return problem;
}

} // namespace

Result<HeldCommand> HeldCommand::start(std::vector<std::string> const& arguments) {
    // Held back until the group is known, so that none is lost between the two.
    sigset_t const held_back = our_signals();
    sigset_t before{};
    sigprocmask(SIG_BLOCK, &held_back, &before);
    if (auto const stopped = process::check_not_stopped(); !stopped) {
        sigprocmask(SIG_SETMASK, &before, nullptr);
        return tl::unexpected<Error>(stopped.error());
    }
    pid_t pid = 0;
    int const problem = spawn(pid, arguments);
    if (problem == 0) {
        g_group = pid;
        forward_from_now_on();
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
    if (problem != 0) {
        return fail(Errc::not_found, "cannot run '" + arguments.front() + "': " + std::strerror(problem),
                    "The command was NOT run. Install it, or put its folder into PATH.");
    }
    return HeldCommand(pid);
}

std::optional<int> HeldCommand::poll() const {
    int status = 0;
    pid_t const ended = waitpid(m_pid, &status, WNOHANG);
    if (ended != m_pid) {
        return std::nullopt;
    }
    g_group = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace sluice::gate_wait
