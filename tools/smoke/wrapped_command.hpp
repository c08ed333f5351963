#pragma once

#include "common/result/result.hpp"
#include "common/time/clock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::smoke {

/// The command said that it enters a phase.
struct PhaseMark {
    time::Steady at{};
    std::string name{};
};

/// A user's command that runs beside us. It is never killed, not even when we end; what it prints goes to our stderr
/// as it comes. It names its phases by lines "sluice-phase: NAME" on stdout or stderr, or by writing NAME as the last
/// line of the file in SLUICE_PHASE_FILE.
class WrappedCommand {
  public:
    /// Starts it in a process group of its own. Errors: not_found when there is no such program, temporary.
    [[nodiscard]] static Result<std::unique_ptr<WrappedCommand>> start(std::vector<std::string> const& arguments);
    virtual ~WrappedCommand() = default;

    /// To the whole group.
    virtual void signal(int number) = 0;
    /// 128+n when signal n ended it; nothing while it runs.
    [[nodiscard]] virtual std::optional<int> exit_code() const = 0;
    /// When it ended; only to be asked once there is an exit code.
    [[nodiscard]] virtual time::Steady ended() const = 0;
    /// Those since the last call.
    [[nodiscard]] virtual std::vector<PhaseMark> take_marks() = 0;
};

/// The phase that a line of output announces, or nothing.
[[nodiscard]] std::optional<std::string> phase_in(std::string_view line);

} // namespace sluice::smoke
