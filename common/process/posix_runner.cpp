#include "common/process/runner.hpp"
#include "common/process/signals.hpp"
#include "common/time/clock.hpp"
#include "common/time/deadline.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::process {

namespace {

constexpr std::size_t k_error_output_kept = std::size_t{64} * 1024;
// How often a child is looked at when none of its output pipes wakes us.
constexpr int k_poll_milliseconds = 50;

class Descriptor {
  public:
    explicit Descriptor(int number = -1) : m_number(number) {}
    Descriptor(Descriptor&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(m_number, other.m_number);
        return *this;
    }
    ~Descriptor() { reset(); }
    void reset() {
        if (m_number >= 0) {
            close(std::exchange(m_number, -1));
        }
    }
    [[nodiscard]] int get() const { return m_number; }

  private:
    int m_number;
};

struct Pipe {
    Descriptor reading{};
    Descriptor writing{};
};

Result<Pipe> open_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(Errc::temporary, std::string("cannot open a pipe: ") + std::strerror(errno));
    }
    return Pipe{Descriptor{ends[0]}, Descriptor{ends[1]}};
}

std::vector<std::string> merged_environment(Command const& command) {
    std::vector<std::string> merged;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        std::string const text{*entry};
        std::string const name = text.substr(0, text.find('='));
        bool const hidden = std::find(command.unset.begin(), command.unset.end(), name) != command.unset.end();
        if (!hidden && !command.environment.contains(name)) {
            merged.push_back(text);
        }
    }
    for (auto const& [name, value] : command.environment) {
        merged.push_back(name + "=" + value);
    }
    return merged;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

// The whole input lies in a memory file before the child starts, so that feeding it can neither block nor deadlock.
Result<Descriptor> open_input(std::string const& input) {
    Descriptor file{input.empty() ? open("/dev/null", O_RDONLY | O_CLOEXEC) : memfd_create("stdin", MFD_CLOEXEC)};
    std::size_t done = 0;
    while (file.get() >= 0 && done < input.size()) {
        ssize_t const count = write(file.get(), input.data() + done, input.size() - done);
        if (count < 0 && errno != EINTR) {
            file.reset();
        }
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    if (file.get() < 0 || (!input.empty() && lseek(file.get(), 0, SEEK_SET) != 0)) {
        return fail(Errc::temporary, std::string("cannot prepare a program's input: ") + std::strerror(errno));
    }
    return file;
}

// Runs in the child between fork and exec: async-signal-safe calls only. A failure reaches the parent as an errno
// through `report`, which exec closes.
[[noreturn]] void become(char* const* argv, char* const* envp, char const* directory, int in, int out, int err,
                         int report) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigset_t none{};
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    bool const ready = dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0 &&
                       (*directory == '\0' || chdir(directory) == 0);
    if (ready) {
        execvpe(argv[0], argv, envp);
    }
    int const why = errno;
    [[maybe_unused]] ssize_t const written = write(report, &why, sizeof why);
    _exit(127);
}

// The C library's header of Debian 12 declares pidfd_open for C alone. -1 leaves the poll interval as the way to
// notice.
int open_end(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

tl::unexpected<Error> start_error(Command const& command, int why) {
    std::string const reason = std::string(": ") + std::strerror(why);
    std::error_code ignored;
    if (!command.directory.empty() && !std::filesystem::is_directory(command.directory, ignored)) {
        return fail(Errc::not_found, "cannot run anything in '" + command.directory + "'" + reason,
                    "The folder must exist.");
    }
    return fail(Errc::not_found, "cannot run '" + command.arguments.front() + "'" + reason,
                "Install it, or put its folder into PATH.");
}

class Child {
  public:
    static Result<Child> start(Command const& command);
    Child(Child&& other) noexcept
        : m_pid(std::exchange(other.m_pid, -1)), m_group(other.m_group), m_end(std::move(other.m_end)),
          m_out(std::move(other.m_out)), m_err(std::move(other.m_err)) {}
    Child& operator=(Child&&) = delete;
    ~Child() {
        if (m_pid > 0) {
            kill(-m_pid, SIGKILL);
            waitpid(m_pid, nullptr, 0);
        }
    }

    Result<Outcome> finish(Command const& command);

  private:
    Child(pid_t pid, Descriptor out, Descriptor err)
        : m_pid(pid), m_group(pid), m_end(open_end(pid)), m_out(std::move(out)), m_err(std::move(err)) {}
    Result<bool> pump(Command const& command, Outcome& outcome);
    Result<void> drain(Command const& command, Outcome& outcome);
    void stop(std::chrono::milliseconds grace);
    [[nodiscard]] bool reap(Outcome& outcome, int flags);

    pid_t m_pid;      // -1 once it was waited for
    pid_t m_group;    // what it left behind may still be in it
    Descriptor m_end; // readable once the child has ended: no poll interval is slept through
    Descriptor m_out;
    Descriptor m_err;
};

Result<Child> Child::start(Command const& command) {
    TRY_ASSIGN(Pipe out, open_pipe());
    TRY_ASSIGN(Pipe err, open_pipe());
    TRY_ASSIGN(Pipe report, open_pipe());
    TRY_ASSIGN(Descriptor const in, open_input(command.input));
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = merged_environment(command);
    auto const argv = pointers_to(arguments);
    auto const envp = pointers_to(environment);
    int const out_end = command.show_output ? STDERR_FILENO : out.writing.get();
    int const err_end = command.show_output ? STDERR_FILENO : err.writing.get();
    pid_t const pid = fork();
    if (pid < 0) {
        return fail(Errc::temporary, std::string("cannot start a process: ") + std::strerror(errno));
    }
    if (pid == 0) {
        become(argv.data(), envp.data(), command.directory.c_str(), in.get(), out_end, err_end, report.writing.get());
    }
    setpgid(pid, pid);
    report.writing.reset();
    int why = 0;
    if (read(report.reading.get(), &why, sizeof why) == static_cast<ssize_t>(sizeof why)) {
        waitpid(pid, nullptr, 0);
        return start_error(command, why);
    }
    return Child{pid, std::move(out.reading), std::move(err.reading)};
}

// Reads what is there; false once both pipes are closed.
Result<bool> Child::pump(Command const& command, Outcome& outcome) {
    std::array<pollfd, 4> watched{
        {{m_out.get(), POLLIN, 0}, {m_err.get(), POLLIN, 0}, {stop_descriptor(), POLLIN, 0}, {m_end.get(), POLLIN, 0}}};
    poll(watched.data(), watched.size(), k_poll_milliseconds);
    std::array<char, 65536> buffer{};
    if (watched[0].revents != 0) {
        ssize_t const count = read(m_out.get(), buffer.data(), buffer.size());
        if (count > 0 && command.on_output) {
            TRY(command.on_output({buffer.data(), static_cast<std::size_t>(count)}));
        } else if (count > 0) {
            outcome.output.append(buffer.data(), static_cast<std::size_t>(count));
        } else if (count == 0) {
            m_out.reset();
        }
    }
    if (watched[1].revents != 0) {
        ssize_t const count = read(m_err.get(), buffer.data(), buffer.size());
        if (count > 0) {
            outcome.error_output.append(buffer.data(), static_cast<std::size_t>(count));
            if (outcome.error_output.size() > 2 * k_error_output_kept) {
                outcome.error_output.erase(0, outcome.error_output.size() - k_error_output_kept);
            }
        } else if (count == 0) {
            m_err.reset();
        }
    }
    return m_out.get() >= 0 || m_err.get() >= 0;
}

bool Child::reap(Outcome& outcome, int flags) {
    int status = 0;
    pid_t const reaped = waitpid(m_pid, &status, flags);
    if (reaped != m_pid) {
        return false;
    }
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    m_pid = -1;
    return true;
}

// The child may end at once and leave others of its group behind, who are waited for and killed just the same.
void Child::stop(std::chrono::milliseconds grace) {
    pid_t const group = m_group;
    kill(-group, SIGTERM);
    time::Deadline const end(time::real_clock(), grace);
    Outcome ignored;
    while (!end.passed()) {
        bool const child_ended = m_pid < 0 || reap(ignored, WNOHANG);
        if (child_ended && kill(-group, 0) != 0) {
            return;
        }
        poll(nullptr, 0, k_poll_milliseconds);
    }
    kill(-group, SIGKILL);
}

// What the child had written before it ended. A grandchild may hold the pipes and go on writing, hence the limit on
// the number of reads: enough for two pipes of the largest size that Linux gives an ordinary user, 1 MiB.
Result<void> Child::drain(Command const& command, Outcome& outcome) {
    constexpr int most_reads = 32;
    for (int round = 0; round < most_reads; ++round) {
        std::array<pollfd, 2> rest{{{m_out.get(), POLLIN, 0}, {m_err.get(), POLLIN, 0}}};
        if (poll(rest.data(), rest.size(), 0) <= 0) {
            break;
        }
        TRY_ASSIGN(bool const open, pump(command, outcome));
        if (!open) {
            break;
        }
    }
    return {};
}

Result<Outcome> Child::finish(Command const& command) {
    Outcome outcome;
    std::optional<time::Deadline> deadline;
    if (command.limit) {
        deadline.emplace(time::real_clock(), *command.limit);
    }
    bool open = true;
    // A grandchild may keep the pipes open after the child has ended; the child's end is what counts.
    while (open || m_pid > 0) {
        auto more = pump(command, outcome);
        auto stopped = check_not_stopped();
        if (!more || !stopped || (deadline && deadline->passed())) {
            stop(command.grace);
            TRY(std::move(more).map([](bool) {}));
            TRY(std::move(stopped));
            return fail(Errc::timed_out, "'" + command.arguments.front() + "' did not end in time and was stopped");
        }
        open = *more;
        if (m_pid > 0 && reap(outcome, WNOHANG)) {
            m_end.reset();
            if (!command.until_output_ends) {
                TRY(drain(command, outcome));
                break;
            }
        }
        // Its stderr may be held open by a daemon that it started; only stdout is waited for.
        if (m_pid < 0 && m_out.get() < 0) {
            break;
        }
    }
    return outcome;
}

class PosixRunner final : public Runner {
  public:
    Result<Outcome> run(Command const& command) override {
        TRY_ASSIGN(Child child, Child::start(command));
        return child.finish(command);
    }
};

std::string last_lines(std::string const& text, std::size_t most) {
    std::string_view rest{text};
    while (!rest.empty() && rest.back() == '\n') {
        rest.remove_suffix(1);
    }
    std::size_t at = rest.size();
    for (std::size_t line = 0; line < most && at != std::string_view::npos && at > 0; ++line) {
        at = rest.rfind('\n', at - 1);
    }
    return std::string(at == std::string_view::npos || at == 0 ? rest : rest.substr(at + 1));
}

} // namespace

Runner& posix_runner() {
    static PosixRunner runner;
    return runner;
}

Error failure_of(Command const& command, Outcome const& outcome) {
    constexpr std::size_t lines_shown = 5;
    std::string message =
        "'" + command.arguments.front() + "' ended with exit code " + std::to_string(outcome.exit_code);
    std::string const said = last_lines(outcome.error_output, lines_shown);
    if (!said.empty()) {
        message += ": " + said;
    }
    return Error{Errc::not_found, std::move(message), {}, {}, {}};
}

} // namespace sluice::process
