#pragma once

#include "common/postgres/connection.hpp"
#include "tools/smoke/timeline.hpp"

#include <memory>
#include <vector>

namespace sluice::smoke {

/// Looks twice a second at what a database does, on a connection and a thread of its own.
class DatabaseSampler {
  public:
    /// Takes a first reading. `origin` is the timeline's zero. Errors: those of connecting and of that reading. What
    /// this role may not see is warned of and left out.
    [[nodiscard]] static Result<std::unique_ptr<DatabaseSampler>> start(postgres::ConnectionParameters const& database,
                                                                        time::Steady origin);
    virtual ~DatabaseSampler() = default;

    /// Readings since the last call.
    [[nodiscard]] virtual std::vector<DatabaseReading> take() = 0;
};

} // namespace sluice::smoke
