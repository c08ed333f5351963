#pragma once

#include "common/result/result.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sluice::gate_wait {

/// A user's command in a process group of its own, with our streams. SIGINT, SIGTERM and SIGHUP that reach us go on to
/// the group, each time, and never end us before it: a migration is not killed, and its lock not let go. One at a time.
class HeldCommand {
  public:
    /// Errors: not_found when there is no such program; interrupted when a stop came before.
    [[nodiscard]] static Result<HeldCommand> start(std::vector<std::string> const& arguments);

    /// Its exit code once it has ended, 128+n when signal n ended it; else nothing.
    [[nodiscard]] std::optional<int> poll() const;

  private:
    explicit HeldCommand(pid_t pid) : m_pid(pid) {}
    pid_t m_pid;
};

} // namespace sluice::gate_wait
