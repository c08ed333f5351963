#pragma once

#include "tools/gate-wait/time_zone.hpp"

#include <vector>

namespace sluice::gate_wait {

/// From `begin` up to, but without, `end`.
struct Interval {
    Instant begin;
    Instant end;
    bool operator==(Interval const&) const = default;
};

/// In order, none touching another.
using Intervals = std::vector<Interval>;

/// Sorted, and joined where they touch; empty ones left out.
[[nodiscard]] Intervals merged(Intervals parts);
[[nodiscard]] Intervals both(Intervals const& left, Intervals const& right);
[[nodiscard]] Intervals either(Intervals const& left, Intervals const& right);
/// What of `whole` is in none of `holes`.
[[nodiscard]] Intervals without(Intervals const& whole, Intervals const& holes);

} // namespace sluice::gate_wait
