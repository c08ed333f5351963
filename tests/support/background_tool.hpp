#pragma once

#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sluice::test {

/// A built program that runs beside the test, to be signalled or killed at a chosen moment. What still runs when the
/// test ends is killed.
class BackgroundTool {
  public:
    BackgroundTool(std::string const& name, std::vector<std::string> arguments,
                   std::map<std::string, std::string> const& environment = {});
    ~BackgroundTool();
    BackgroundTool(BackgroundTool const&) = delete;
    BackgroundTool& operator=(BackgroundTool const&) = delete;

    void signal(int number) const;
    [[nodiscard]] bool running();
    /// Waits for the end; the exit code, or 128+n after signal n.
    int wait();

    /// What it has written so far.
    [[nodiscard]] std::string output() const { return read_text(m_folder.path() / "out"); }
    [[nodiscard]] std::string error_output() const { return read_text(m_folder.path() / "err"); }
    [[nodiscard]] pid_t pid() const { return m_pid; }

  private:
    void reap(int flags);

    TemporaryDirectory m_folder{};
    pid_t m_pid = -1;
    std::optional<int> m_exit_code{};
};

/// Asks again and again until the answer is yes; false after `limit`.
[[nodiscard]] bool eventually(std::function<bool()> const& question,
                              std::chrono::milliseconds limit = std::chrono::seconds{30});

} // namespace sluice::test
