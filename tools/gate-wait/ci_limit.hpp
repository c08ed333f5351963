#pragma once

#include "common/ci/environment.hpp"
#include "common/time/clock.hpp"

#include <chrono>
#include <optional>

namespace sluice::gate_wait {

/// How long the CI job may still run, less a minute in which we, and not the runner, say what became of the gate; at
/// least zero. Nothing where the job's limit is not told. Source: GitLab "Predefined CI/CD variables"
/// (CI_JOB_STARTED_AT, ISO 8601; CI_JOB_TIMEOUT, seconds, since runner 15.7).
[[nodiscard]] std::optional<std::chrono::milliseconds> job_time_left(ci::Environment const& environment,
                                                                     time::Wall now);

} // namespace sluice::gate_wait
