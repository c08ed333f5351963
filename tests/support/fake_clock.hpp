#pragma once

#include "common/time/clock.hpp"

#include <functional>
#include <vector>

namespace sluice::test {

/// Time that passes only when told to, or while someone sleeps.
class FakeClock final : public time::Clock {
  public:
    /// The wall clock begins at `wall`, by default 2026-11-22 00:00:00 UTC.
    explicit FakeClock(time::Wall wall = time::Wall{std::chrono::seconds{1'795'305'600}});

    [[nodiscard]] time::Steady steady_now() const override { return m_steady; }
    [[nodiscard]] time::Wall wall_now() const override { return m_wall; }
    void sleep_for(std::chrono::milliseconds duration) override;

    void advance(std::chrono::milliseconds duration);
    [[nodiscard]] std::vector<std::chrono::milliseconds> const& sleeps() const { return m_sleeps; }

    std::function<void()> while_asleep{}; ///< called at the end of each sleep

  private:
    time::Wall m_wall;
    time::Steady m_steady{};
    std::vector<std::chrono::milliseconds> m_sleeps{};
};

} // namespace sluice::test
