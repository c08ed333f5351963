#pragma once

#include "common/time/clock.hpp"

#include <algorithm>

namespace sluice::time {

/// A point on the monotonic clock after which work stops. Copies share the clock, which must outlive them.
class Deadline {
  public:
    Deadline(Clock const& clock, std::chrono::milliseconds limit)
        : m_clock(&clock), m_end(clock.steady_now() + std::min(limit, k_longest)) {}

    [[nodiscard]] bool passed() const { return m_clock->steady_now() >= m_end; }

    /// Never negative.
    [[nodiscard]] std::chrono::milliseconds left() const {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(m_end - m_clock->steady_now());
        return std::max(left, std::chrono::milliseconds{0});
    }

  private:
    // The clock counts nanoseconds in 64 bits, which is 292 years; a longer limit would wrap into the past.
    static constexpr std::chrono::milliseconds k_longest = std::chrono::hours{24 * 365 * 100};

    Clock const* m_clock;
    Steady m_end;
};

} // namespace sluice::time
