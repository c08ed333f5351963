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

/// Errors: interrupted when a stop was asked for.
[[nodiscard]] Result<void> check_not_stopped();

} // namespace sluice::process
