#include "tools/db-restore-or-init/filling.hpp"

#include "common/log/log.hpp"
#include "common/snapshot/loader.hpp"
#include "common/snapshot/target.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-restore-or-init/clone.hpp"
#include "tools/db-restore-or-init/command_origin.hpp"
#include "tools/db-restore-or-init/markers.hpp"
#include "tools/db-restore-or-init/scripts.hpp"
#include "tools/db-restore-or-init/side_database.hpp"
#include "tools/db-restore-or-init/stage_safety.hpp"

namespace sluice::db_restore {

namespace {

using postgres::Session;

class Filling {
  public:
    Filling(Plan const& plan, Options const& options, Session& maintenance, cli::Context& context, Outcome& outcome)
        : m_plan(plan), m_options(options), m_maintenance(maintenance), m_context(context), m_outcome(outcome) {}

    Result<void> restore(std::string const& fresh, std::function<Result<void>()> const& then);
    Result<void> initialise(std::string const& fresh, std::function<Result<void>()> const& then);

  private:
    [[nodiscard]] postgres::ConnectionParameters in(std::string const& database) const {
        return m_plan.parameters.with("dbname", database);
    }
    [[nodiscard]] Json leftover() const {
        return leftover_marker(m_plan.target.name, time::timestamp_text(m_context.clock.wall_now()));
    }
    Result<void> make_empty(std::string const& name) {
        return snapshot::create_empty_database(m_maintenance, name, m_plan.properties);
    }
    Result<std::optional<std::string>> template_to_clone();
    Result<std::unique_ptr<snapshot::RowSource>> open_source();
    Result<void> load(snapshot::RowSource& source, std::string const& database);
    Result<void> fill_by_command(std::string const& database);
    Result<void> analyze(std::string const& database);
    Result<void> clone(std::string const& from, std::string const& fresh);
    Result<void> finish_restored(std::string const& fresh);
    Result<void> run_init(std::string const& fresh);
    Result<void> timed(std::string what, std::function<Result<void>()> const& work);

    Plan const& m_plan;
    Options const& m_options;
    Session& m_maintenance;
    cli::Context& m_context;
    Outcome& m_outcome;
};

Result<void> Filling::timed(std::string what, std::function<Result<void>()> const& work) {
    auto const begin = m_context.clock.steady_now();
    auto outcome = work();
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(m_context.clock.steady_now() - begin);
    m_outcome.steps.push_back({std::move(what), took});
    return outcome;
}

Result<std::unique_ptr<snapshot::RowSource>> Filling::open_source() {
    auto const& chosen = m_plan.chosen();
    if (chosen.manifest) {
        return snapshot::stored_rows(*m_plan.survey.store, *chosen.manifest);
    }
    m_outcome.provenance.taken = time::timestamp_text(m_context.clock.wall_now());
    return snapshot::live_rows(*chosen.live, {m_options.jobs, m_options.lock_timeout, {}}, m_context.runner,
                               m_context.clock);
}

Result<void> Filling::load(snapshot::RowSource& source, std::string const& database) {
    auto report = snapshot::load_database(source, {in(database), m_options.jobs}, m_context.runner, m_context.clock);
    TRY_ASSIGN(auto const loaded, std::move(report).map_error(while_doing("filling database '" + database + "'")));
    m_outcome.rows = loaded.rows;
    m_outcome.bytes = loaded.bytes;
    for (auto const& step : loaded.steps) {
        m_outcome.steps.push_back({step.what, step.took});
    }
    return {};
}

Result<void> Filling::fill_by_command(std::string const& database) {
    m_outcome.path = "command";
    if (auto const& taken = m_plan.chosen().command->taken) {
        m_outcome.provenance.taken = time::timestamp_text(*taken);
    }
    Origin const& origin = m_options.origins.at(m_plan.decision.chosen);
    TRY(timed("filling by the command", [&] {
        return db_restore::fill_by_command(origin, m_options.stage, in(database), m_context.runner)
            .map_error(while_doing("filling database '" + database + "' by '" + to_text(origin) + "'"));
    }));
    return analyze(database);
}

// One that is there already, or one that is made now because the user wants it kept.
Result<std::optional<std::string>> Filling::template_to_clone() {
    auto const& chosen = m_plan.chosen();
    if (!chosen.manifest) {
        return std::optional<std::string>{};
    }
    TRY_ASSIGN(auto found, find_template(m_maintenance, m_plan.survey.name, chosen.manifest->id));
    if (found || !m_options.keep_template) {
        return found;
    }
    return make_template(m_maintenance, m_plan.properties, m_plan.survey.name, chosen.manifest->id,
                         [&](std::string const& name) -> Result<void> {
                             TRY_ASSIGN(auto const source, open_source());
                             return load(*source, name);
                         });
}

Result<void> Filling::clone(std::string const& from, std::string const& fresh) {
    m_outcome.template_database = from;
    return timed("cloning the template", [&]() -> Result<void> {
        TRY_ASSIGN(m_outcome.path, clone_template(m_maintenance, from, fresh));
        log::info("cloned", {{"template", from}, {"by", m_outcome.path}});
        return {};
    });
}

Result<void> Filling::finish_restored(std::string const& fresh) {
    {
        TRY_ASSIGN(auto const session, postgres::connect(in(fresh), "check the copy"));
        TRY(check_harmless(*session));
    }
    if (m_options.after_restore.empty()) {
        return {};
    }
    return timed("neutralising", [&] { return run_sql_files(m_context.runner, in(fresh), m_options.after_restore); });
}

Result<void> Filling::restore(std::string const& fresh, std::function<Result<void>()> const& then) {
    TRY_ASSIGN(auto const from, template_to_clone());
    bool const by_load = !from && !m_plan.by_command();
    std::unique_ptr<snapshot::RowSource> source;
    if (by_load) {
        TRY_ASSIGN(source, open_source());
    }
    auto const make = [&](std::string const& name) { return from ? clone(*from, name) : make_empty(name); };
    return make_and_fill(m_maintenance, fresh, leftover(), make, [&]() -> Result<void> {
        if (by_load) {
            m_outcome.path = "load";
            TRY(load(*source, fresh));
            source.reset();
        } else if (m_plan.by_command()) {
            TRY(fill_by_command(fresh));
        }
        TRY(finish_restored(fresh));
        return then();
    });
}

// As after a load: the planner should not meet a filled database without statistics.
Result<void> analyze_tables(Session& session) {
    TRY_ASSIGN(auto const tables,
               session.query("SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON "
                             "n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND "
                             "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND "
                             "pg_has_role(c.relowner, 'USAGE')"));
    for (auto const& table : tables) {
        TRY(session.execute("ANALYZE " + postgres::text_of(table.at(0))));
    }
    return {};
}

Result<void> Filling::analyze(std::string const& database) {
    TRY_ASSIGN(auto const session, postgres::connect(in(database), "analyze"));
    return timed("analyzing", [&] { return analyze_tables(*session); });
}

Result<void> Filling::run_init(std::string const& fresh) {
    if (!m_options.init_sql.empty()) {
        TRY(timed("running the init SQL",
                  [&] { return run_sql_files(m_context.runner, in(fresh), m_options.init_sql); }));
    }
    if (!m_options.init_command.empty()) {
        log::info("running the init command");
        TRY(timed("running the init command", [&] {
            return run_command(m_context.runner, in(fresh), {{"SLUICE_STAGE", m_options.stage}}, m_options.init_command)
                .map_error(while_doing("running the init command"));
        }));
    }
    if (!m_options.init_seed.empty()) {
        TRY(timed("running the seed SQL",
                  [&] { return run_sql_files(m_context.runner, in(fresh), m_options.init_seed); }));
    }
    return analyze(fresh);
}

Result<void> Filling::initialise(std::string const& fresh, std::function<Result<void>()> const& then) {
    m_outcome.path = "init";
    auto const make = [&](std::string const& name) { return make_empty(name); };
    return make_and_fill(m_maintenance, fresh, leftover(), make, [&]() -> Result<void> {
        TRY(run_init(fresh));
        return then();
    });
}

} // namespace

Result<void> fill_fresh(Plan const& plan, Options const& options, Session& maintenance, cli::Context& context,
                        std::string const& fresh, Outcome& outcome, std::function<Result<void>()> const& then) {
    Filling filling(plan, options, maintenance, context, outcome);
    return plan.decision.verdict == Verdict::restore ? filling.restore(fresh, then) : filling.initialise(fresh, then);
}

} // namespace sluice::db_restore
