#include "tools/smoke/wrapped_command.hpp"

#include "common/ci/environment.hpp"
#include "common/log/log.hpp"
#include "common/process/temporary_directory.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace sluice::smoke {

namespace {

// How late a phase written to the file, or the command's end, may be noticed.
constexpr int k_look_again_milliseconds = 5;
constexpr std::size_t k_longest_line = std::size_t{64} * 1024;

std::string trimmed(std::string_view text) {
    std::size_t const begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos
               ? std::string{}
               : std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

std::vector<std::string> environment_with(std::string const& phase_file) {
    std::vector<std::string> entries;
    auto const own = ci::Environment::of_process();
    for (auto const& [name, value] : own.all()) {
        if (name != "SLUICE_PHASE_FILE") {
            entries.push_back(name + "=" + value);
        }
    }
    entries.push_back("SLUICE_PHASE_FILE=" + phase_file);
    return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

// A background group that reads from the terminal would be stopped, so it gets none.
void add_streams(posix_spawn_file_actions_t& actions, int output) {
    if (isatty(STDIN_FILENO) == 1) {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
}

// 0, or an errno.
int spawn(pid_t& pid, std::vector<std::string> arguments, std::vector<std::string> environment, int output) {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    add_streams(actions, output);
    sigset_t defaults{};
    sigset_t none{};
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); // which we ignore, and the command would inherit that
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    auto const argv = pointers_to(arguments);
    auto const envp = pointers_to(environment);
    int const problem = posix_spawnp(&pid, argv.front(), &actions, &attributes, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return problem;
}

class RunningCommand final : public WrappedCommand {
  public:
    RunningCommand(pid_t pid, int output, process::TemporaryDirectory folder)
        : m_pid(pid), m_output(output), m_folder(std::move(folder)), m_watcher([this] { watch(); }) {}
    // A command that still runs is left alone; it loses only the pipe for its output.
    ~RunningCommand() override {
        m_leave = true;
        m_watcher.join();
        close(m_output);
    }
    RunningCommand(RunningCommand const&) = delete;
    RunningCommand& operator=(RunningCommand const&) = delete;

    void signal(int number) override {
        std::lock_guard const lock(m_guard);
        if (!m_exit_code) {
            kill(-m_pid, number);
        }
    }
    [[nodiscard]] std::optional<int> exit_code() const override {
        std::lock_guard const lock(m_guard);
        return m_exit_code;
    }
    [[nodiscard]] time::Steady ended() const override {
        std::lock_guard const lock(m_guard);
        return m_ended;
    }
    [[nodiscard]] std::vector<PhaseMark> take_marks() override {
        std::lock_guard const lock(m_guard);
        return std::exchange(m_marks, {});
    }
    [[nodiscard]] static std::string phase_file(process::TemporaryDirectory const& folder) {
        return folder.file("phase");
    }

  private:
    void watch();
    bool read_output();
    void take_lines(std::string_view text);
    void read_phase_file();
    bool reap();
    void note_phase(std::string name);

    pid_t m_pid;
    int m_output;
    process::TemporaryDirectory m_folder;
    mutable std::mutex m_guard{};
    std::optional<int> m_exit_code{};
    time::Steady m_ended{};
    std::vector<PhaseMark> m_marks{};
    std::string m_last_in_file{};
    std::string m_line{};
    std::atomic<bool> m_leave{false};
    std::thread m_watcher; // last: it uses the others
};

void RunningCommand::note_phase(std::string name) {
    std::lock_guard const lock(m_guard);
    m_marks.push_back({time::real_clock().steady_now(), std::move(name)});
}

void RunningCommand::take_lines(std::string_view text) {
    m_line.append(text);
    for (std::size_t end = m_line.find('\n'); end != std::string::npos; end = m_line.find('\n')) {
        if (auto name = phase_in(std::string_view(m_line).substr(0, end))) {
            note_phase(*std::move(name));
        }
        m_line.erase(0, end + 1);
    }
    if (m_line.size() > k_longest_line) {
        m_line.clear();
    }
}

// False once nobody can write any more.
bool RunningCommand::read_output() {
    pollfd watched{m_output, POLLIN, 0};
    if (poll(&watched, 1, k_look_again_milliseconds) <= 0) {
        return true;
    }
    std::array<char, 16384> buffer{};
    ssize_t const count = read(m_output, buffer.data(), buffer.size());
    if (count > 0) {
        std::string_view const text(buffer.data(), static_cast<std::size_t>(count));
        log::write_text(text);
        take_lines(text);
    }
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

void RunningCommand::read_phase_file() {
    std::ifstream file(phase_file(m_folder));
    std::string last;
    for (std::string line; std::getline(file, line);) {
        if (std::string const name = trimmed(line); !name.empty()) {
            last = name;
        }
    }
    if (!last.empty() && last != m_last_in_file) {
        m_last_in_file = last;
        note_phase(last);
    }
}

bool RunningCommand::reap() {
    std::lock_guard const lock(m_guard);
    int status = 0;
    if (waitpid(m_pid, &status, WNOHANG) != m_pid) {
        return false;
    }
    m_ended = time::real_clock().steady_now();
    m_exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void RunningCommand::watch() {
    bool open = true;
    while (!m_leave) {
        if (open) {
            open = read_output();
        } else {
            poll(nullptr, 0, k_look_again_milliseconds);
        }
        read_phase_file();
        if (reap()) {
            break;
        }
    }
    // What it wrote just before its end; a grandchild may hold the pipe open for ever.
    constexpr int most_reads = 64;
    pollfd rest{m_output, POLLIN, 0};
    for (int i = 0; open && i < most_reads && poll(&rest, 1, 0) > 0; ++i) {
        open = read_output();
    }
    read_phase_file();
}

} // namespace

std::optional<std::string> phase_in(std::string_view line) {
    constexpr std::string_view mark = "sluice-phase:";
    constexpr std::size_t longest = 60;
    std::size_t const begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos || !line.substr(begin).starts_with(mark)) {
        return std::nullopt;
    }
    std::string name = trimmed(line.substr(begin + mark.size())).substr(0, longest);
    return name.empty() ? std::nullopt : std::optional(std::move(name));
}

Result<std::unique_ptr<WrappedCommand>> WrappedCommand::start(std::vector<std::string> const& arguments) {
    std::array<int, 2> ends{};
    TRY_ASSIGN(auto folder, process::TemporaryDirectory::create());
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(Errc::temporary, std::string("cannot open a pipe: ") + std::strerror(errno));
    }
    pid_t pid = 0;
    int const problem = spawn(pid, arguments, environment_with(RunningCommand::phase_file(folder)), ends[1]);
    close(ends[1]);
    if (problem != 0) {
        close(ends[0]);
        return fail(Errc::not_found, "cannot run '" + arguments.front() + "': " + std::strerror(problem),
                    "The command was NOT run. Install it, or put its folder into PATH.");
    }
    return std::make_unique<RunningCommand>(pid, ends[0], std::move(folder));
}

} // namespace sluice::smoke
