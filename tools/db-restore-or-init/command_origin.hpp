#pragma once

#include "common/postgres/connection.hpp"
#include "common/process/runner.hpp"
#include "common/time/clock.hpp"
#include "tools/db-restore-or-init/survey.hpp"

#include <string>

namespace sluice::db_restore {

// An origin that is somebody's own command: pgBackRest, a cloud's snapshot, DBLab. It is called twice, with the step
// in SLUICE_ORIGIN_STEP and the stage in SLUICE_STAGE:
//
// check  touches nothing and says by its exit code what it has: 0 data, 10 nothing and there never was any, 11 nothing
//        any more; every other code is "could not look". On stdout it may say of its data, a line each:
//        SLUICE_ORIGIN_TAKEN=2026-11-22T00:15:30Z, SLUICE_ORIGIN_ID=…, SLUICE_ORIGIN_MASKED=true,
//        SLUICE_ORIGIN_VERIFIED=true, SLUICE_ORIGIN_MIGRATION=…. What it does not say is not known, and not true.
// fill   fills the new empty database that PG* variables and SLUICE_TARGET_URL name; 0 or nothing of it is used.

/// Asks the command what it has. Errors: interrupted, usage (no such program, a line that is none of those above).
[[nodiscard]] Result<Surveyed> look_at_command(Origin const& origin, std::string const& stage, process::Runner& runner,
                                               time::Clock const& clock);

/// Has the command fill the database of `parameters`. Errors: not_found, temporary (its exit code 75), interrupted.
[[nodiscard]] Result<void> fill_by_command(Origin const& origin, std::string const& stage,
                                           postgres::ConnectionParameters const& parameters, process::Runner& runner);

} // namespace sluice::db_restore
