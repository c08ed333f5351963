#pragma once

#include "common/cli/exit_code.hpp"
#include "tools/smoke/probe_result.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace sluice::smoke {

/// A probe that was not good, as reports show it.
struct FailedAttempt {
    time::Wall at{};
    Kind kind = Kind::none;
    std::string why{};
};

/// What is known of one check, through all its attempts.
struct CheckRecord {
    Check const* check = nullptr;
    std::uint64_t attempts = 0;
    std::uint64_t failed_attempts = 0;
    std::deque<FailedAttempt> failures{}; ///< the last few; `failed_attempts` counts all
    ProbeResult last{};
    bool finished = false; ///< false: the run ended, or was killed, before there was a verdict
};

/// One run of the tool, from which every report is made. The verdict is taken from it, never from a report.
struct RunRecord {
    std::string mode{}; ///< "run", "wait", "during"
    std::string file{};
    std::string environment{};
    time::Wall started{};
    time::Wall ended{};
    std::vector<CheckRecord> checks{};
};

[[nodiscard]] RunRecord new_record(std::string mode, CheckFile const& file, std::string environment, time::Wall now);

void add_attempt(CheckRecord& record, ProbeResult result, time::Wall at);

/// A check that passed in the end, though not at once.
[[nodiscard]] bool is_flaky(CheckRecord const& record);

/// The answer of all checks that count: usage when a check cannot be run as it is written, else no when one failed,
/// else unknown when one could not look or has no result, else ok. Pure.
[[nodiscard]] cli::ExitCode verdict_of(RunRecord const& record);

struct Counts {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t unknown = 0;
    std::size_t warned = 0; ///< failed or unknown, but only a warning
    std::size_t flaky = 0;  ///< among those that passed
};
[[nodiscard]] Counts count(RunRecord const& record);

} // namespace sluice::smoke
