#pragma once

#include "common/result/result.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::process {

/// A child to run. Secrets go into `environment`, never into `arguments`.
struct Command {
    std::vector<std::string> arguments;               ///< the program first, looked up in PATH
    std::map<std::string, std::string> environment{}; ///< added to (or replacing) the caller's own
    std::vector<std::string> unset{};                 ///< variables of the caller that the child must not see
    std::string directory{};                          ///< where it runs; empty: here
    std::string input{};                              ///< what it reads from stdin; empty: nothing
    std::optional<std::chrono::milliseconds> limit{}; ///< none: as long as it takes
    std::chrono::milliseconds grace{10'000};          ///< between the polite signal and SIGKILL
    /// Receives stdout piece by piece; empty: stdout is captured into `Outcome::output`. An error stops the child.
    std::function<Result<void>(std::string_view)> on_output{};
    /// With `on_output`: waits for the end of stdout too, which other processes that the child left behind may hold
    /// open.
    bool until_output_ends = false;
    /// The child's stdout and stderr both go to our stderr, for a user's own command.
    bool show_output = false;
};

struct Outcome {
    int exit_code = 0;          ///< 128+n when signal n ended it
    std::string output{};       ///< stdout, where neither `on_output` nor `show_output` took it
    std::string error_output{}; ///< the last 64 KiB of stderr, where `show_output` did not take it
    [[nodiscard]] bool succeeded() const { return exit_code == 0; }
};

class Runner {
  public:
    virtual ~Runner() = default;
    /// Runs the child in a process group of its own and waits for it. When a stop is asked for, the limit passes or
    /// `on_output` fails, the group gets SIGTERM, and whoever of it is left after `grace` gets SIGKILL.
    /// Errors: not_found (no such program), timed_out, interrupted, whatever `on_output` returned. A child that runs
    /// and fails is an `Outcome`, not an error.
    [[nodiscard]] virtual Result<Outcome> run(Command const& command) = 0;
};

/// Runs real programs. Safe to use from any thread.
[[nodiscard]] Runner& posix_runner();

/// The error of a child that had to succeed: names the program, its exit code and the end of what it said.
[[nodiscard]] Error failure_of(Command const& command, Outcome const& outcome);

} // namespace sluice::process
