#pragma once

#include "tools/smoke/timeline.hpp"

namespace sluice::smoke {

/// Since when a lane has been down, told while probes are still coming in, in any order.
class OutageWatch {
  public:
    void note(std::size_t lane, Instant planned, bool good);

    /// When the outage that has lasted longest began, of those that no later good answer ended.
    [[nodiscard]] std::optional<Instant> down_since() const;

  private:
    struct Known {
        std::optional<Instant> last_good{};
        std::optional<Instant> down_since{};
    };
    std::map<std::size_t, Known> m_lanes{};
};

} // namespace sluice::smoke
