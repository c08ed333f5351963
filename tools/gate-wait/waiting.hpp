#pragma once

#include "tools/gate-wait/gate.hpp"

#include <functional>

namespace sluice::gate_wait {

struct WaitLimits {
    Milliseconds timeout{};
    bool once = false;           ///< one round (or as many as "stable" asks for), no waiting
    bool override_asked = false; ///< overridable conditions count as open once the second person agrees
};

enum class Ending {
    opened,
    rejected, ///< somebody said no, or something ended that had to succeed
    not_yet,  ///< only with `once`
    unknown,  ///< it can't be told, now (`once`) or ever
    timed_out,
    cancelled
};

[[nodiscard]] std::string_view name_of(Ending ending);

/// Told of what happens while it happens.
class Watcher {
  public:
    virtual ~Watcher() = default;
    /// `before` is null when the condition was asked for the first time.
    virtual void changed(Condition const& condition, Observation const* before, Observation const& now) = 0;
    virtual void clock_jumped(std::chrono::seconds by) = 0;
    /// Every half a minute in which nothing else was told.
    virtual void still_waiting(std::vector<Observation> const& seen) = 0;
};

struct Waited {
    Ending ending = Ending::unknown;
    Truth truth = Truth::unknown; ///< of the last round
    std::vector<Observation> seen{};
    std::vector<std::size_t> overridden{}; ///< conditions that counted as open though they were not
};

using Ask = std::function<Observation(std::size_t)>;

/// Asks each condition at its own pace. When together they would open the gate, all are asked again in one round, and
/// only a round in which all hold counts; "stable" of them in a row open it. Blocks up to the timeout, or until a stop.
[[nodiscard]] Waited wait_for(Gate const& gate, WaitLimits const& limits, Ask const& ask, Watcher& watcher,
                              time::Clock& clock, std::function<bool()> const& stopped);

/// What counts: with an override asked for, overridable conditions can still turn, and are open once the second person
/// agreed. Names those in `overridden`. Pure.
[[nodiscard]] std::vector<Observation> with_overrides(Gate const& gate, std::vector<Observation> seen, bool asked,
                                                      std::vector<std::size_t>& overridden);

} // namespace sluice::gate_wait
