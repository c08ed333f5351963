#pragma once

#include "common/result/result.hpp"

namespace sluice::process {

/// From now on SIGINT, SIGTERM and SIGHUP set a flag instead of ending the program, and SIGPIPE is ignored. A second
/// signal ends the program at once. Call once, before any thread starts.
void watch_signals();

/// The signal that asked the program to stop, or 0. Cheap enough for inner loops; safe from any thread.
[[nodiscard]] int stop_signal();

/// A descriptor that becomes readable when a stop was asked for, to poll beside others; -1 before `watch_signals`.
[[nodiscard]] int stop_descriptor();

/// Errors: interrupted when a stop was asked for, except while this thread finishes up.
[[nodiscard]] Result<void> check_not_stopped();

/// While one lives, its thread goes on although a stop was asked for: to record how a run ended, or to take back what
/// it began elsewhere. For what takes seconds; whoever asked for the stop may soon kill.
class FinishingUp {
  public:
    FinishingUp();
    ~FinishingUp();
    FinishingUp(FinishingUp const&) = delete;
    FinishingUp& operator=(FinishingUp const&) = delete;

  private:
    bool m_before;
};

/// Whether a `FinishingUp` lives in this thread.
[[nodiscard]] bool is_finishing_up();

} // namespace sluice::process
