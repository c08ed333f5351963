#pragma once

#include "common/time/clock.hpp"

#include <algorithm>

namespace sluice::time {

/// A point on the monotonic clock after which work stops. Copies share the clock, which must outlive them.
class Deadline {
  public:
    Deadline(Clock const& clock, std::chrono::milliseconds limit)
        : m_clock(&clock), m_end(clock.steady_now() + limit) {}

    [[nodiscard]] bool passed() const { return m_clock->steady_now() >= m_end; }

    /// Never negative.
    [[nodiscard]] std::chrono::milliseconds left() const {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(m_end - m_clock->steady_now());
        return std::max(left, std::chrono::milliseconds{0});
    }

  private:
    Clock const* m_clock;
    Steady m_end;
};

} // namespace sluice::time
