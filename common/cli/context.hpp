#pragma once

#include "common/ci/environment.hpp"
#include "common/process/runner.hpp"
#include "common/time/clock.hpp"

#include <iosfwd>

namespace sluice::cli {

/// What a tool may touch of the outside world; tests pass their own. Stores and database sessions are opened through
/// their modules' factories, which take parts of this.
struct Context {
    time::Clock& clock;
    process::Runner& runner;
    ci::Environment const& environment;
    std::ostream& out; ///< the result alone: one line or one JSON document
};

} // namespace sluice::cli
