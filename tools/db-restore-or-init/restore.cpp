#include "tools/db-restore-or-init/restore.hpp"

#include "common/ci/pipeline.hpp"
#include "common/log/log.hpp"
#include "common/snapshot/target.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-restore-or-init/filling.hpp"
#include "tools/db-restore-or-init/names.hpp"
#include "tools/db-restore-or-init/properties.hpp"
#include "tools/db-restore-or-init/side_database.hpp"

#include <algorithm>

namespace sluice::db_restore {

namespace {

using postgres::Session;

Provenance provenance_of(Plan const& plan, Options const& options, cli::Context const& context) {
    Provenance provenance;
    provenance.stage = options.stage;
    provenance.pipeline = ci::pipeline_of(context.environment);
    provenance.decision = plan.decision.lines;
    if (plan.decision.verdict == Verdict::initialise) {
        provenance.origin = "init";
        return provenance;
    }
    if (auto const& data = plan.chosen().command) {
        provenance.origin = "command";
        provenance.snapshot = data->id;
        provenance.masked = data->masked;
        return provenance;
    }
    auto const& source = plan.inventory().source;
    provenance.source_system = source.system_identifier;
    provenance.source_database = source.database;
    provenance.origin = "live";
    if (auto const& manifest = plan.chosen().manifest) {
        provenance.origin = "snapshot";
        provenance.snapshot = manifest->id;
        provenance.taken = manifest->started;
        provenance.masked = manifest->masked;
    }
    return provenance;
}

Result<void> swap_in(Plan const& plan, Options const& options, Session& maintenance, cli::Context& context,
                     std::string const& fresh, Outcome& outcome) {
    Swap swap{fresh, {}, {}, options.lock_timeout};
    if (plan.target.existing) {
        TRY_ASSIGN(swap.old, free_old_name(maintenance, plan.target.name, context.clock));
    }
    TRY_ASSIGN(swap.last_statements, access_statements(maintenance, plan.target.name, plan.properties));
    TRY_ASSIGN(outcome.swap, swap_names(maintenance, plan.target, swap, context.clock));
    outcome.old_database = swap.old;
    return {};
}

// The swap is done: what cannot be dropped now is only said.
void drop_older(Plan const& plan, Options const& options, Session& maintenance, Outcome& outcome) {
    auto databases = list_databases(maintenance);
    if (!databases) {
        log::warning("older databases were not looked for", {{"reason", databases.error().message}});
        return;
    }
    std::vector<std::string> old;
    for (auto const& database : *databases) {
        if (is_old_name(plan.target.name, database.name) && database.ours) {
            old.push_back(database.name);
        }
    }
    std::sort(old.rbegin(), old.rend());
    for (std::size_t i = options.keep_old; i < old.size(); ++i) {
        auto const dropped = snapshot::drop_database(maintenance, old[i]);
        if (dropped) {
            outcome.dropped.push_back(old[i]);
        } else {
            log::warning("an older database could not be dropped",
                         {{"database", old[i]}, {"reason", dropped.error().message}});
        }
    }
}

} // namespace

Result<std::string> free_old_name(Session& maintenance, std::string const& target, time::Clock const& clock) {
    auto when = clock.wall_now();
    while (true) {
        std::string name = old_name(target, when);
        TRY_ASSIGN(bool const taken, snapshot::database_exists(maintenance, name));
        if (!taken) {
            return name;
        }
        when += std::chrono::seconds{1};
    }
}

Result<void> dress(Plan const& plan, Session& maintenance, std::string const& fresh, Json const& marker) {
    // The comment first: the new owner's limits and rights may not let us afterwards.
    TRY(set_comment(maintenance, fresh, plan.properties.comment, marker));
    for (auto const& statement : property_statements(fresh, plan.properties)) {
        TRY(maintenance.execute(statement).map_error(while_doing("giving the new database its properties")));
    }
    return {};
}

void warn_of_leftovers(Session& maintenance, std::string const& target) {
    auto const leftovers = find_leftovers(maintenance, target);
    if (!leftovers) {
        return;
    }
    for (auto const& leftover : *leftovers) {
        log::warning("an interrupted restore left this behind; remove it with db-restore-or-init cleanup",
                     {{"database", leftover.name}});
    }
}

Result<Outcome> carry_out(Plan const& plan, Options const& options, Session& maintenance, cli::Context& context) {
    warn_of_leftovers(maintenance, plan.target.name);
    Outcome outcome;
    outcome.provenance = provenance_of(plan, options, context);
    std::string const fresh = new_name(plan.target.name, context.clock);
    TRY(fill_fresh(plan, options, maintenance, context, fresh, outcome, [&]() -> Result<void> {
        outcome.provenance.restored = time::timestamp_text(context.clock.wall_now());
        if (!plan.shadow_of.empty()) {
            outcome.provenance.shadow_of = plan.shadow_of;
            outcome.provenance.expires = time::timestamp_text(context.clock.wall_now() + options.shadow.life);
        }
        TRY(dress(plan, maintenance, fresh, to_marker(outcome.provenance)));
        return swap_in(plan, options, maintenance, context, fresh, outcome);
    }));
    drop_older(plan, options, maintenance, outcome);
    return outcome;
}

} // namespace sluice::db_restore
