#pragma once

#include <chrono>

namespace sluice::time {

using Steady = std::chrono::steady_clock::time_point;
using Wall = std::chrono::system_clock::time_point;

/// The only way to the clocks, so that tests own time. Deadlines use `steady_now`, stamps use `wall_now`.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Steady steady_now() const = 0;
    [[nodiscard]] virtual Wall wall_now() const = 0;
    /// Blocks for `duration`, or less when a signal asks the program to stop.
    virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

/// The machine's own clocks. Safe to use from any thread.
[[nodiscard]] Clock& real_clock();

} // namespace sluice::time
