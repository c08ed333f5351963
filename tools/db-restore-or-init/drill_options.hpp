#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace CLI { // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace sluice::db_restore {

struct Options;

struct DrillOptions {
    std::string to;                                        ///< `latest` or a snapshot's id
    std::string server;                                    ///< a reference to any database of the server
    std::string migration;                                 ///< a shell command
    std::optional<std::chrono::milliseconds> kill_after{}; ///< nothing: half the time that a first, full run takes
};

/// As they stand on the command line.
struct RawDrill {
    std::string kill_after;
    std::string lock_timeout = "10s";
};

void add_drill_options(CLI::App& verb, RawDrill& raw, Options& options);
/// Errors: usage. Opens nothing.
[[nodiscard]] Result<void> validate_drill(RawDrill const& raw, Options& options, ci::Environment const& environment);

} // namespace sluice::db_restore
