#include "tools/smoke/round.hpp"

#include "common/process/signals.hpp"

#include <algorithm>

namespace sluice::smoke {

Result<void> run_round(Prober& prober, RunRecord& record, time::Clock& clock, time::Deadline const* deadline) {
    constexpr std::chrono::milliseconds look_for_signals{100};
    std::size_t left = record.checks.size();
    for (auto& one : record.checks) {
        prober.start(*one.check, http::Connection::pooled, [&](ProbeResult result) {
            add_attempt(one, std::move(result), clock.wall_now());
            --left;
        });
    }
    while (left > 0) {
        TRY(process::check_not_stopped());
        if (deadline != nullptr && deadline->passed()) {
            return fail(Errc::timed_out, "the deadline passed");
        }
        prober.proceed(deadline == nullptr ? look_for_signals : std::min(look_for_signals, deadline->left()));
    }
    return {};
}

} // namespace sluice::smoke
