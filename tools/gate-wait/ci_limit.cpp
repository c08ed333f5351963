#include "tools/gate-wait/ci_limit.hpp"

#include "common/ci_server/api.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::gate_wait {

std::optional<std::chrono::milliseconds> job_time_left(ci::Environment const& environment, time::Wall now) {
    constexpr std::chrono::seconds grace{60};
    auto const started = environment.get("CI_JOB_STARTED_AT");
    auto const limit = environment.get("CI_JOB_TIMEOUT");
    if (!started || !limit) {
        return std::nullopt;
    }
    auto const begin = ci_server::parse_api_time(*started);
    std::int64_t seconds = 0;
    auto const [end, problem] = std::from_chars(limit->data(), limit->data() + limit->size(), seconds);
    bool const whole = problem == std::errc{} && end == limit->data() + limit->size() && seconds >= 0;
    constexpr std::int64_t longest = 10LL * 365 * 86400;
    if (!begin || !whole || seconds > longest) {
        log::warning("the job's time limit can't be read",
                     {{"CI_JOB_STARTED_AT", *started}, {"CI_JOB_TIMEOUT", *limit}});
        return std::nullopt;
    }
    auto const left =
        std::chrono::floor<std::chrono::milliseconds>(*begin + std::chrono::seconds{seconds} - grace - now);
    return std::max(left, std::chrono::milliseconds{0});
}

} // namespace sluice::gate_wait
