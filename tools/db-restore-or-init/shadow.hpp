#pragma once

#include "common/ci/environment.hpp"
#include "common/postgres/session.hpp"
#include "common/result/result.hpp"
#include "common/time/clock.hpp"
#include "tools/db-restore-or-init/side_database.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace sluice::db_restore {

// A shadow is a restored database that stands beside the live one under a name of its own, until it expires.

struct ShadowOptions {
    std::string as; ///< its name; empty: an ordinary restore
    std::chrono::milliseconds life{};
    std::string expires_text; ///< as it stands on the command line
};

void add_shadow_options(CLI::App& app, ShadowOptions& options);
/// Errors: usage.
[[nodiscard]] Result<void> validate_shadow(ShadowOptions& options);

/// The connection under the shadow's name instead of the live database's. Errors: usage for the live name itself;
/// refused where a database of that name is there.
[[nodiscard]] Result<postgres::ConnectionParameters>
as_shadow(postgres::Session& maintenance, postgres::ConnectionParameters const& live, std::string const& name);

struct Shadow {
    std::string database;
    std::string expires;  ///< ISO 8601 in UTC, as it was marked
    bool expired = false; ///< a time that cannot be read has not come
};

/// Shadows of `live` that this role may drop.
[[nodiscard]] Result<std::vector<Shadow>> find_shadows(postgres::Session& maintenance, std::string const& live,
                                                       time::Wall now);

} // namespace sluice::db_restore
