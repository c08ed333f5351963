#pragma once

#include "tools/smoke/timeline.hpp"

namespace sluice::smoke {

/// A run of probes that were not good: from when the first was planned to when the next good one was.
struct Outage {
    Instant from{};
    Instant to{};
    std::size_t probes = 0;
    std::size_t first = 0; ///< its first sample, as an index in the lane
    bool over = false;     ///< false: it lasted until the end
    [[nodiscard]] Instant length() const { return to - from; }
};

struct Gap {
    Instant from{};
    Instant to{};
    [[nodiscard]] Instant length() const { return to - from; }
};

struct LaneSummary {
    std::size_t probes = 0;
    std::size_t failed = 0;
    std::size_t unknown = 0; ///< could not look; not among the failed
    std::vector<Outage> outages{};
    std::optional<Outage> longest_outage{};
    Gap longest_gap{}; ///< between two good answers, or between one and the end
    Instant p50{};     ///< from when a probe was planned to its answer, so that a queue before it counts
    Instant p95{};
    Instant p99{};
    Instant schedule_error_p99{}; ///< from when a probe was planned to its start
};

/// Pure. Samples may be in any order; they are judged in that of their plan.
[[nodiscard]] LaneSummary summarise(Lane const& lane, Instant end);

/// Those that are kept, or the check file's own; without any no failure is tolerated.
struct BudgetVerdict {
    bool kept = true;
    std::string why{}; ///< the first budget that was passed
};
[[nodiscard]] BudgetVerdict judge_budgets(Budgets const& budgets, LaneSummary const& summary);

/// The value below which the share `q` of the sorted values lies.
[[nodiscard]] Instant quantile(std::vector<Instant> values, double q);

} // namespace sluice::smoke
