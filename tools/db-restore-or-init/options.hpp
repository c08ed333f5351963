#pragma once

#include "common/ci/environment.hpp"
#include "common/cli/common_options.hpp"
#include "common/cli/exit_code.hpp"
#include "common/result/result.hpp"
#include "tools/db-restore-or-init/drill_options.hpp"
#include "tools/db-restore-or-init/missing_rule.hpp"
#include "tools/db-restore-or-init/origin.hpp"
#include "tools/db-restore-or-init/rollback_options.hpp"
#include "tools/db-restore-or-init/shadow.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::db_restore {

enum class Verb { restore, provenance, cleanup, mark, rollback, drill, lint_policy };

struct Options {
    cli::CommonOptions common{};
    Verb verb = Verb::restore;
    std::string target;
    std::string dotenv;

    // restore
    std::string stage;
    std::string store_key{}; ///< what names the store's key; empty: SLUICE_STORE_KEY or SLUICE_STORE_KEY_FILE, or none
    std::string store;       ///< empty only where no origin is a snapshot
    std::string name;        ///< the database's name in the store; empty: found out, see `choose_name`
    std::string policy;      ///< a file, see `apply_policy`; also what `policy lint` reads
    std::vector<Origin> origins{};
    std::optional<OnMissing> on_missing{}; ///< said on the command line
    bool first_build = false;
    MissingRule missing{}; ///< what follows from the policy and the command line
    std::vector<std::string> init_sql{};
    std::string init_command;
    std::vector<std::string> init_seed{};
    std::vector<std::string> after_restore{};
    bool adopt = false;
    std::size_t keep_old = 1;
    bool keep_template = false;
    std::size_t jobs = 0;
    std::chrono::milliseconds lock_timeout{};
    bool explain = false;

    // cleanup
    bool dry_run = false;
    bool templates = false;

    // mark
    std::string environment;

    RollbackOptions rollback{};
    DrillOptions drill{};
    ShadowOptions shadow{};
};

/// Reads and validates the command line and the SLUICE_… variables; opens nothing. An exit code means that help or
/// version was printed. Errors: usage.
[[nodiscard]] Result<std::variant<Options, cli::ExitCode>> parse_options(std::vector<std::string> const& arguments,
                                                                         ci::Environment const& environment);

/// Takes SLUICE_STORE where a store is needed and none is named. Errors: usage, also for options that need one in vain.
[[nodiscard]] Result<void> settle_store(Options& options, ci::Environment const& environment);

} // namespace sluice::db_restore
