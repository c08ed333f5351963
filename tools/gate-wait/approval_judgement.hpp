#pragma once

#include "tools/gate-wait/gate.hpp"

namespace sluice::gate_wait {

/// Whether these words are enough: the last word of each person counts, a rejection by anybody ends it, and so many
/// different allowed people have approved, none of them who asked for the release, none too long ago. What can't be
/// told (no name, no time where an age is asked for, a time to come) never counts and makes the answer unknown where it
/// would have mattered. Pure.
[[nodiscard]] Observation judge_approvals(ApprovalRules const& rules, Subject const& subject,
                                          std::vector<Approval> const& words, time::Wall now);

} // namespace sluice::gate_wait
