#pragma once

#include "common/time/clock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::gate_wait {

/// Unknown never opens a gate, and what is not unknown's opposite is unknown too.
enum class Truth { open, closed, unknown };

[[nodiscard]] std::string_view name_of(Truth truth);

/// What one person decided, as the system that asked him keeps it.
struct Approval {
    std::string system{};
    std::string username{};
    std::string status{}; ///< "approved" or "rejected"; others count for nothing
    std::optional<time::Wall> at{};
    std::string comment{};
};

/// What became of asking a condition.
struct Observation {
    Truth truth = Truth::unknown;
    /// It can't change any more: a failed job, a refused token.
    bool final = false;
    /// A person said no, which ends the wait whatever else holds.
    bool rejected = false;
    std::string observed{}; ///< for a person, without secrets
    std::string source{};   ///< where it was seen
    std::string hint{};     ///< what to do, where something is to be done
    time::Wall at{};
    std::optional<std::chrono::milliseconds> ask_again{}; ///< not before (Retry-After), or when it will change
    std::vector<Approval> approvals{};
};

[[nodiscard]] inline Observation saw_open(std::string what) {
    return {.truth = Truth::open, .observed = std::move(what)};
}
[[nodiscard]] inline Observation saw_closed(std::string what) {
    return {.truth = Truth::closed, .observed = std::move(what)};
}
[[nodiscard]] inline Observation saw_nothing(std::string why, std::string hint = {}) {
    return {.truth = Truth::unknown, .observed = std::move(why), .hint = std::move(hint)};
}
[[nodiscard]] inline Observation for_good(Observation seen) {
    seen.final = true;
    return seen;
}

} // namespace sluice::gate_wait
