#pragma once

#include "common/http/client.hpp"
#include "common/result/result.hpp"
#include "common/time/clock.hpp"

#include <optional>
#include <string>

namespace sluice::s3 {

/// What to do about an answer. Source of the codes: Amazon S3 API reference, "Error responses".
enum class Next {
    take,         ///< 2xx, or that there is no such object
    retry,        ///< the network, 408, 429, 5xx, SlowDown, a conflict
    new_keys,     ///< the credentials have expired: once, with fresh ones
    other_clock,  ///< our clock is off: once, with the server's time
    other_region, ///< the bucket is elsewhere: once, signed for there
    give_up       ///< everything else
};

struct Judgement {
    Next next = Next::take;
    std::string region{};                    ///< of the bucket, with other_region
    std::optional<time::Wall> server_time{}; ///< with other_clock
    Error error{};                           ///< why, where it is not taken
};

/// Pure.
[[nodiscard]] Judgement judge_answer(http::Exchange const& answer);

/// A refusal that may have a remedy and does not say which, as answers to HEAD do.
[[nodiscard]] bool hides_its_reason(http::Exchange const& answer);

/// "Sun, 22 Nov 2026 08:00:00 GMT". Nothing for anything else. Source: RFC 9110, 5.6.7.
[[nodiscard]] std::optional<time::Wall> parse_http_date(std::string const& text);

[[nodiscard]] std::string header_of(http::Exchange const& answer, std::string const& name);

} // namespace sluice::s3
