#pragma once

#include "common/cli/context.hpp"
#include "common/postgres/session.hpp"
#include "tools/db-restore-or-init/decision.hpp"
#include "tools/db-restore-or-init/options.hpp"
#include "tools/db-restore-or-init/survey.hpp"
#include "tools/db-restore-or-init/target_facts.hpp"

#include <string>
#include <vector>

namespace sluice::db_restore {

/// All that is known and decided before anything is touched.
struct Plan {
    postgres::ConnectionParameters parameters; ///< of the target, spelt out; `dbname` is its name
    TargetFacts target;
    Survey survey;
    Decision decision;
    snapshot::DatabaseProperties properties{}; ///< what the new database will have; encoding and locale are the data's
    std::string shadow_of{};                   ///< the live database, where a shadow of it is made
    std::vector<std::string> left_out{};       ///< of the properties: what this role may not set on a new database

    [[nodiscard]] Surveyed const& chosen() const { return survey.origins.at(decision.chosen); }
    [[nodiscard]] bool by_command() const { return decision.verdict == Verdict::restore && chosen().command; }
    /// What will be restored. Only for `Verdict::restore`, and not for a command, which alone knows.
    [[nodiscard]] snapshot::Inventory const& inventory() const;
};

/// Reads the facts, asks the guards, looks at the origins, decides, and checks that the work can be done to its end.
/// Writes nothing. Errors: refused, denied, usage, not_found, temporary.
[[nodiscard]] Result<Plan> make_plan(Options const& options, postgres::ConnectionParameters const& parameters,
                                     postgres::Session& maintenance, cli::Context& context);

/// Settles the properties of the new database and finds out, before any work, what this role or server could not do.
/// Errors: denied, not_found, usage.
[[nodiscard]] Result<void> check_feasible(Plan& plan, Options const& options, postgres::Session& maintenance);

} // namespace sluice::db_restore
