#include "tools/db-restore-or-init/rollback.hpp"

#include "common/ci/pipeline.hpp"
#include "common/log/log.hpp"
#include "common/postgres/quote.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/snapshot/target.hpp"
#include "common/store/open_store.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-restore-or-init/broken_snapshot.hpp"
#include "tools/db-restore-or-init/filling.hpp"
#include "tools/db-restore-or-init/markers.hpp"
#include "tools/db-restore-or-init/names.hpp"
#include "tools/db-restore-or-init/properties.hpp"
#include "tools/db-restore-or-init/rescue.hpp"
#include "tools/db-restore-or-init/rollback_guard.hpp"
#include "tools/db-restore-or-init/rollback_marker.hpp"
#include "tools/db-restore-or-init/side_database.hpp"
#include "tools/db-restore-or-init/smoke_report.hpp"

#include <ostream>

namespace sluice::db_restore {

namespace {

using postgres::Session;
using std::chrono::milliseconds;

class Rollback {
  public:
    Rollback(Options const& options, cli::Context& context) : m_options(options), m_context(context) {}
    Result<RollbackResult> run();

  private:
    Result<void> look();
    Result<void> find_snapshot();
    Result<void> judge();
    Result<void> put_back();
    Result<void> finish(std::string const& fresh);
    Result<void> rescue(std::string const& fresh);
    Result<void> swap(std::string const& fresh);
    Result<Swap> prepare_swap(std::string const& fresh);
    Result<void> timed(std::string what, std::function<Result<void>()> const& work);

    [[nodiscard]] snapshot::Manifest const& manifest() const { return *m_plan.chosen().manifest; }

    Options const& m_options;
    cli::Context& m_context;
    std::unique_ptr<Session> m_maintenance{};
    Plan m_plan{};
    std::unique_ptr<WriteFreeze> m_freeze{};
    LossReading m_reading{};
    std::optional<RescueFile> m_rescue_file{};
    RollbackResult m_result{};
};

Result<void> Rollback::timed(std::string what, std::function<Result<void>()> const& work) {
    auto const begin = m_context.clock.steady_now();
    auto outcome = work();
    m_result.outcome.steps.push_back(
        {std::move(what), std::chrono::duration_cast<milliseconds>(m_context.clock.steady_now() - begin)});
    return outcome;
}

Result<void> Rollback::find_snapshot() {
    auto& survey = m_plan.survey;
    TRY_ASSIGN(survey.store, store::open_store(m_options.store, m_context.environment, m_options.store_key));
    TRY_ASSIGN(auto names, snapshot::database_names(*survey.store));
    std::erase_if(names, is_broken_name);
    TRY_ASSIGN(survey.name, choose_name(m_options.name, m_plan.target.name, names));
    snapshot::Catalog const catalog(*survey.store, survey.name);
    TRY_ASSIGN(auto found, catalog.find(m_options.rollback.to, m_context.clock.wall_now()));
    Surveyed origin;
    origin.fact.origin = "snapshot:" + m_options.rollback.to;
    origin.fact.finding = Finding::usable;
    origin.fact.snapshot = found.id;
    origin.manifest = std::move(found);
    survey.origins.push_back(std::move(origin));
    m_plan.decision.verdict = Verdict::restore;
    return {};
}

// Everything that can be found out before anybody is kept waiting.
Result<void> Rollback::look() {
    TRY_ASSIGN(auto const given, postgres::resolve_connection(m_options.target, m_context.environment));
    TRY_ASSIGN(m_plan.parameters, postgres::spell_out(given));
    TRY_ASSIGN(m_maintenance, snapshot::connect_for_maintenance(m_plan.parameters, "rollback"));
    if (!m_options.explain) {
        TRY(lock_target(*m_maintenance, m_plan.parameters.get("dbname")));
    }
    TRY_ASSIGN(m_plan.target, read_target_facts(*m_maintenance, m_plan.parameters));
    TRY(find_snapshot());
    auto const& rollback = m_options.rollback;
    TRY(check_rollback(m_plan.target, manifest(),
                       {rollback.to, rollback.production, ci::pipeline_of(m_context.environment)}));
    TRY(check_feasible(m_plan, m_options, *m_maintenance));
    m_result.target = m_plan.target.name;
    m_result.snapshot = manifest().id;
    m_result.taken = manifest().started;
    m_result.left_out = manifest().inventory.left_out;
    return {};
}

Result<void> Rollback::judge() {
    auto const& rollback = m_options.rollback;
    if (!m_options.explain) {
        TRY(timed("keeping writers away", [&]() -> Result<void> {
            TRY_ASSIGN(m_freeze, WriteFreeze::take(m_plan.parameters, m_options.lock_timeout, m_context.clock));
            m_result.ended_sessions = m_freeze->ended_sessions();
            return {};
        }));
    }
    TRY(timed("reading what would be lost", [&]() -> Result<void> {
        TRY_ASSIGN(m_reading,
                   read_losses(m_plan.parameters, *m_plan.survey.store, manifest(),
                               {m_options.jobs, m_options.lock_timeout, {}}, rollback.exact_rows, m_context.clock));
        return {};
    }));
    TRY(check_tables_known("--accept-loss", rollback.acceptance.tables, m_reading.tables));
    TRY(check_tables_known("--rescue", rollback.rescue, m_reading.tables));
    TRY(check_rescuable(rollback.rescue, m_reading, manifest().inventory));
    m_result.report = m_reading.report;
    m_result.decision = judge_loss(m_result.report, rollback.acceptance, rollback.rescue);
    return {};
}

// The comment comes last: until the swap the database says that it is half-made, so that cleanup may drop it.
Result<Swap> Rollback::prepare_swap(std::string const& fresh) {
    Swap swap{fresh, {}, {}, m_options.lock_timeout, m_freeze.get()};
    TRY_ASSIGN(swap.old, free_old_name(*m_maintenance, m_plan.target.name, m_context.clock));
    RollbackRecord record{time::timestamp_text(m_context.clock.wall_now()),
                          m_result.decision.accepted,
                          {},
                          ci::pipeline_of(m_context.environment)};
    for (auto const& rescued : m_result.rescued) {
        record.rescued.push_back(rescued_text(rescued));
    }
    TRY_ASSIGN(auto const marker, marker_after_rollback(m_plan.target, manifest(), record));
    swap.last_statements.push_back("COMMENT ON DATABASE " + postgres::quote_identifier(m_plan.target.name) + " IS " +
                                   postgres::quote_literal(snapshot::join_comment(m_plan.properties.comment, marker)));
    TRY_ASSIGN(auto const access, access_statements(*m_maintenance, m_plan.target.name, m_plan.properties));
    swap.last_statements.insert(swap.last_statements.end(), access.begin(), access.end());
    return swap;
}

Result<void> Rollback::swap(std::string const& fresh) {
    TRY_ASSIGN(auto const names, prepare_swap(fresh));
    TRY_ASSIGN(m_result.outcome.swap, swap_names(*m_maintenance, m_plan.target, names, m_context.clock));
    m_result.outcome.old_database = names.old;
    if (m_rescue_file) {
        m_rescue_file->keep();
    }
    return {};
}

Result<void> Rollback::rescue(std::string const& fresh) {
    if (m_options.rollback.rescue.empty()) {
        return {};
    }
    return timed("rescuing rows", [&]() -> Result<void> {
        m_rescue_file.emplace(m_options.rollback.rescue_file, m_plan.target.name, m_context.clock);
        TRY_ASSIGN(m_result.rescued,
                   rescue_rows(m_plan.parameters, m_plan.parameters.with("dbname", fresh), m_options.rollback.rescue,
                               m_reading, manifest().inventory, *m_rescue_file));
        m_result.rescue_file = m_rescue_file->path();
        return {};
    });
}

Result<void> Rollback::finish(std::string const& fresh) {
    TRY(rescue(fresh));
    std::string const started = time::timestamp_text(m_context.clock.wall_now());
    TRY(dress(m_plan, *m_maintenance, fresh, leftover_marker(m_plan.target.name, started)));
    return swap(fresh);
}

Result<void> Rollback::put_back() {
    warn_of_leftovers(*m_maintenance, m_plan.target.name);
    if (m_options.rollback.broken_snapshot) {
        TRY(timed("snapshotting the broken state", [&]() -> Result<void> {
            TRY_ASSIGN(m_result.broken_snapshot,
                       take_broken_snapshot(m_context.runner, m_plan.parameters, m_plan.survey.name, m_options));
            m_result.broken_name = broken_name(m_plan.survey.name);
            return {};
        }));
    }
    std::string const fresh = new_name(m_plan.target.name, m_context.clock);
    return fill_fresh(m_plan, m_options, *m_maintenance, m_context, fresh, m_result.outcome,
                      [&] { return finish(fresh); });
}

Result<RollbackResult> Rollback::run() {
    TRY(look());
    TRY(judge());
    bool const refused = m_result.decision.verdict == LossVerdict::refused;
    m_result.action = m_options.explain ? "explained" : refused ? "refused" : "put_back";
    if (m_result.action == "put_back") {
        TRY(put_back());
    }
    return std::move(m_result);
}

void log_losses(RollbackResult const& result) {
    for (auto const& loss : result.decision.accepted) {
        log::warning("lost by agreement",
                     {{"table", loss.table}, {"certainty", name_of(loss.certainty)}, {"rows", rows_text(loss.rows)}});
    }
    for (auto const& what : result.left_out) {
        log::warning("did not come back", {{"what", what}});
    }
}

// A database that nobody changed is left alone: going back would cost what was written since.
Result<std::optional<RollbackResult>> nothing_to_put_back(Options const& options) {
    std::string why;
    TRY_ASSIGN(auto const need, needs_putting_back(options.rollback.if_started, options.rollback.if_failed, why));
    if (need == Need::put_back) {
        return std::optional<RollbackResult>{};
    }
    RollbackResult result;
    result.action = "not_needed";
    result.snapshot = options.rollback.to;
    result.decision.verdict = LossVerdict::nothing_lost;
    result.decision.reason = why;
    return std::optional(std::move(result));
}

} // namespace

Result<RollbackResult> do_rollback(Options const& options, cli::Context& context) {
    return Rollback(options, context).run();
}

Result<cli::ExitCode> roll_back(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const nothing, nothing_to_put_back(options));
    if (nothing) {
        context.out << (options.common.json ? json::dump(to_json(*nothing)) + "\n" : to_text(*nothing));
        return cli::ExitCode::ok;
    }
    TRY_ASSIGN(auto const result, do_rollback(options, context));
    if (result.action == "put_back") {
        log_losses(result);
        if (!options.dotenv.empty()) {
            TRY(cli::write_dotenv(options.dotenv, dotenv_lines(result)));
        }
    }
    context.out << (options.common.json ? json::dump(to_json(result)) + "\n" : to_text(result));
    if (result.decision.verdict == LossVerdict::refused) {
        log::warning(result.decision.reason, {{"todo", result.decision.advice}});
        return cli::ExitCode::refused;
    }
    return cli::ExitCode::ok;
}

} // namespace sluice::db_restore
