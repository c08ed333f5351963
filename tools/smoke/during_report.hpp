#pragma once

#include "common/json/forward.hpp"
#include "tools/smoke/matrix.hpp"
#include "tools/smoke/outage.hpp"
#include "tools/smoke/record.hpp"

#include <string>
#include <vector>

namespace sluice::smoke {

/// What the timeline amounts to; every report of `during` is made from it.
struct DuringFindings {
    std::vector<LaneSummary> lanes{}; ///< as in the timeline
    std::vector<BudgetVerdict> budgets{};
    Matrix matrix{};
    std::string command{};
    std::string fatal{}; ///< why the command was not started; empty: it was
};

/// Pure.
[[nodiscard]] DuringFindings examine(Timeline const& timeline, Budgets const& budgets, std::string const& command);

/// Turns the lanes of each check into its record: good when every budget is kept.
void fill_record(RunRecord& record, Timeline const& timeline, DuringFindings const& findings,
                 std::vector<ProbeResult> const& last_bad);

/// "3.5 s (23:00:04.5 to 23:00:08.0) in phase migrate, old code x new schema".
[[nodiscard]] std::string outage_text(Timeline const& timeline, Matrix const& matrix, Lane const& lane,
                                      Outage const& outage);

/// The part "during" of the JSON report.
[[nodiscard]] Json during_json(Timeline const& timeline, DuringFindings const& findings);

/// A line a lane, a character a span of time, and the matrix, for a CI log.
[[nodiscard]] std::string strip_text(Timeline const& timeline, DuringFindings const& findings);

} // namespace sluice::smoke
