#include "tools/db-restore-or-init/drill_options.hpp"

#include "common/cli/options.hpp"
#include "common/time/duration_text.hpp"
#include "tools/db-restore-or-init/options.hpp"

namespace sluice::db_restore {

void add_drill_options(CLI::App& verb, RawDrill& raw, Options& options) {
    verb.add_option("--to", options.drill.to, "the protection: a snapshot's id, or latest")->type_name("SNAPSHOT");
    verb.add_option("--server", options.drill.server, "where the scratch database is made: any database there")
        ->type_name("REF");
    verb.add_option("--migration", options.drill.migration, "shell command that migrates SLUICE_TARGET_URL")
        ->type_name("CMD");
    verb.add_option("--kill-after", raw.kill_after, "kill it then, instead of half-way through")->type_name("D");
    add_store_work_options(verb, raw.lock_timeout, options);
}

Result<void> validate_drill(RawDrill const& raw, Options& options, ci::Environment const& environment) {
    if (options.drill.server.empty()) {
        return fail(Errc::usage, "no server named", "Say where the scratch database is made: --server env:VARIABLE.");
    }
    if (options.drill.migration.empty()) {
        return fail(Errc::usage, "no migration named", "Say with --migration what the deploy would run.");
    }
    TRY(check_snapshot_named(options.drill.to));
    TRY(validate_store_work(raw.lock_timeout, options, environment));
    if (!raw.kill_after.empty()) {
        TRY_ASSIGN(options.drill.kill_after,
                   time::parse_duration(raw.kill_after).map_error(while_doing("reading --kill-after")));
    }
    return {};
}

} // namespace sluice::db_restore
