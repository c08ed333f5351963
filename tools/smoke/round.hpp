#pragma once

#include "common/time/deadline.hpp"
#include "tools/smoke/prober.hpp"
#include "tools/smoke/record.hpp"

namespace sluice::smoke {

/// Runs every check of the record once, all at the same time, and adds the results to it. Blocks up to the longest
/// timeout or the deadline. Errors: interrupted, timed_out; checks without a result then keep what they had, and the
/// prober must not be used again.
[[nodiscard]] Result<void> run_round(Prober& prober, RunRecord& record, time::Clock& clock,
                                     time::Deadline const* deadline = nullptr);

} // namespace sluice::smoke
