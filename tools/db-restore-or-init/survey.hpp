#pragma once

#include "common/cli/context.hpp"
#include "common/postgres/connection.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/store/store.hpp"
#include "tools/db-restore-or-init/conditions.hpp"
#include "tools/db-restore-or-init/decision.hpp"
#include "tools/db-restore-or-init/guard.hpp"
#include "tools/db-restore-or-init/options.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// One origin after a look at it: the fact for the decision, and what a restore from it needs.
struct Surveyed {
    OriginFact fact{};
    std::optional<snapshot::Manifest> manifest{};         ///< of a snapshot that was found, too old or not
    std::optional<postgres::ConnectionParameters> live{}; ///< of a live database that answered
    std::optional<snapshot::Inventory> live_inventory{};  ///< what it holds now, for the checks before the work
    std::optional<OriginData> command{};                  ///< what a command said of its data
};

struct Survey {
    std::unique_ptr<store::Store> store{}; ///< null where no origin is a snapshot, or it could not be opened
    std::string name;                      ///< the database's name in the store
    std::vector<Surveyed> origins{};

    [[nodiscard]] std::vector<OriginFact> facts() const;
    /// The databases behind all origins that were found, usable or not.
    [[nodiscard]] std::vector<KnownSource> sources() const;
};

/// Looks at the origins in order until one is usable. What an origin answers is a fact, not a failure: only a mistake
/// in its name is an error. Reads, never writes.
/// Errors: usage (an unset variable, an unknown kind of store, a name that must be given), interrupted.
[[nodiscard]] Result<Survey> survey_origins(Options const& options, std::string const& target, cli::Context& context);

/// Which database of the store is meant: the one named, else the target's own name, else the only one there is.
/// Errors: usage when none of these says it. Pure.
[[nodiscard]] Result<std::string> choose_name(std::string const& given, std::string const& target,
                                              std::vector<std::string> const& in_store);

} // namespace sluice::db_restore
