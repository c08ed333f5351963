#include "tests/support/background_tool.hpp"

#include "common/time/deadline.hpp"
#include "tests/support/run_tool.hpp"

#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::test {

namespace {

int open_for_writing(std::string const& path) {
    return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

} // namespace

BackgroundTool::BackgroundTool(std::string const& name, std::vector<std::string> arguments,
                               std::map<std::string, std::string> const& environment) {
    arguments.insert(arguments.begin(), program(name));
    // env(1) changes the environment, so that nothing but system calls stands between fork and exec.
    std::vector<std::string> command{"env"};
    for (auto const& [key, value] : environment) {
        command.push_back(key + "=" + value);
    }
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& argument : command) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    int const out = open_for_writing(m_folder.file("out"));
    int const err = open_for_writing(m_folder.file("err"));
    pid_t const pid = fork();
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execvp(argv.front(), argv.data());
        _exit(127);
    }
    close(out);
    close(err);
    if (pid < 0) {
        throw std::runtime_error("cannot start " + name);
    }
    m_pid = pid; // NOLINT(cppcoreguidelines-prefer-member-initializer): known only here
}

BackgroundTool::~BackgroundTool() {
    if (running()) {
        signal(SIGKILL);
        wait();
    }
}

void BackgroundTool::signal(int number) const {
    if (!m_exit_code) {
        kill(m_pid, number);
    }
}

void BackgroundTool::reap(int flags) {
    int status = 0;
    if (!m_exit_code && waitpid(m_pid, &status, flags) == m_pid) {
        m_exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

bool BackgroundTool::running() {
    reap(WNOHANG);
    return !m_exit_code;
}

int BackgroundTool::wait() {
    reap(0);
    return m_exit_code.value_or(-1);
}

bool eventually(std::function<bool()> const& question, std::chrono::milliseconds limit) {
    time::Deadline const deadline(time::real_clock(), limit);
    while (!question()) {
        if (deadline.passed()) {
            return false;
        }
        time::real_clock().sleep_for(std::chrono::milliseconds{10});
    }
    return true;
}

} // namespace sluice::test
