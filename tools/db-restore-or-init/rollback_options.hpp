#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"
#include "tools/db-restore-or-init/loss_acceptance.hpp"
#include "tools/db-restore-or-init/loss_reading.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace sluice::db_restore {

struct Options;

struct RollbackOptions {
    std::string to; ///< `latest` or a snapshot's id
    Acceptance acceptance{};
    std::set<std::string> rescue{}; ///< "schema.table"
    std::string rescue_file;        ///< empty: a name in the current directory, see `rescue_file_name`
    bool broken_snapshot = true;
    std::string production; ///< the system identifier that the user stated
    std::uint64_t exact_rows = k_rows_counted_exactly;
    std::string if_started; ///< report of the smoke during that ran the change; empty: nobody asks it
    std::string if_failed;  ///< report of the checks after it; empty: nobody asks it
};

/// As they stand on the command line.
struct RawRollback {
    std::vector<std::string> accept_loss{};
    std::vector<std::string> rescue{};
    bool no_broken_snapshot = false;
    std::string lock_timeout = "10s";
};

/// `verb` already has --target and the common options.
void add_rollback_options(CLI::App& verb, RawRollback& raw, Options& options);

/// What several verbs that read a store have in common: --store, --name, --jobs, --lock-timeout.
void add_store_work_options(CLI::App& verb, std::string& lock_timeout, Options& options);
/// Errors: usage.
[[nodiscard]] Result<void> validate_store_work(std::string const& lock_timeout, Options& options,
                                               ci::Environment const& environment);
/// `latest` or an id. Errors: usage.
[[nodiscard]] Result<void> check_snapshot_named(std::string const& to);

/// Errors: usage. Opens nothing.
[[nodiscard]] Result<void> validate_rollback(RawRollback const& raw, Options& options,
                                             ci::Environment const& environment);

} // namespace sluice::db_restore
