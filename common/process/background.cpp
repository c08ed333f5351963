#include "common/process/background.hpp"

#include "common/process/signals.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::process {

namespace {

constexpr int k_poll_milliseconds = 50;

// The child's end of the pipe to its foreground; -1 where there is none (any more).
int g_foreground = -1;

void hand_on_stop(pid_t child, bool& handed_on) {
    if (!handed_on && stop_signal() != 0) {
        kill(child, stop_signal());
        handed_on = true;
    }
}

// Until the child has said all that it will say: it closes the pipe when it detaches and when it ends.
std::string read_message(int pipe, pid_t child) {
    std::string message;
    bool handed_on = false;
    while (true) {
        pollfd watched{pipe, POLLIN, 0};
        if (poll(&watched, 1, k_poll_milliseconds) > 0) {
            std::array<char, 4096> buffer{};
            ssize_t const count = read(pipe, buffer.data(), buffer.size());
            if (count > 0) {
                message.append(buffer.data(), static_cast<std::size_t>(count));
            } else if (count == 0 || errno != EINTR) {
                return message;
            }
        }
        hand_on_stop(child, handed_on);
    }
}

Foreground wait_for(pid_t child, int pipe) {
    Foreground end;
    end.message = read_message(pipe, child);
    close(pipe);
    if (end.message.empty()) {
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return end;
}

tl::unexpected<Error> log_error(std::string const& path, int why) {
    Errc const kind = why == EACCES || why == EPERM ? Errc::denied : why == ENOENT ? Errc::not_found : Errc::temporary;
    return fail(kind, "cannot make the log file '" + path + "': " + std::strerror(why),
                "Name another one with --log; it must not exist yet.");
}

} // namespace

Result<std::optional<Foreground>> Background::start() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(Errc::temporary, std::string("cannot open a pipe: ") + std::strerror(errno));
    }
    pid_t const child = fork();
    if (child < 0) {
        return fail(Errc::temporary, std::string("cannot start a process: ") + std::strerror(errno));
    }
    if (child > 0) {
        close(ends[1]);
        return std::optional(wait_for(child, ends[0]));
    }
    close(ends[0]);
    setsid();
    g_foreground = ends[1];
    return std::optional<Foreground>{};
}

Result<void> Background::detach(std::string const& message, std::string const& log_path) {
    int const log = open(log_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log < 0) {
        return log_error(log_path, errno);
    }
    int const nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    close(nothing);
    close(log);
    // The foreground may be gone by now; that is no reason to stop.
    [[maybe_unused]] ssize_t const written = write(g_foreground, message.data(), message.size());
    close(std::exchange(g_foreground, -1));
    return {};
}

} // namespace sluice::process
