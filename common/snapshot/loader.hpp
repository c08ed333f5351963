#pragma once

#include "common/process/runner.hpp"
#include "common/snapshot/row_source.hpp"
#include "common/time/clock.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sluice::snapshot {

struct LoadTarget {
    postgres::ConnectionParameters parameters; ///< of the new, empty database; `dbname` is set
    std::size_t jobs = 1;
};

struct LoadReport {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    struct Step {
        std::string what;
        std::chrono::milliseconds took;
    };
    std::vector<Step> steps;
};

/// Fills an empty database: schema, rows on `jobs` connections, sequences, large objects, then indexes, constraints
/// and triggers, then ANALYZE, then materialized views and event triggers. Every part's row count is held against what
/// was sent. Nobody else may use the database meanwhile. A temporary file (the schema archive) lies below TMPDIR.
/// Errors: bad_data (damaged store), not_found (the server or pg_restore refused), temporary, interrupted.
[[nodiscard]] Result<LoadReport> load_database(RowSource& source, LoadTarget const& target, process::Runner& runner,
                                               time::Clock& clock);

/// A query whose rows are ANALYZE statements for all tables, biggest first. A parent takes its children along, so
/// they are not named again, unless one of them is a foreign table: then the parent is left out, because analyzing it
/// would connect to wherever the source's foreign servers point.
[[nodiscard]] std::string analyze_statements_sql();

} // namespace sluice::snapshot
