#include "tools/db-restore-or-init/drill.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/postgres/cancel.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/snapshot/compare.hpp"
#include "common/snapshot/target.hpp"
#include "common/store/open_store.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-restore-or-init/names.hpp"
#include "tools/db-restore-or-init/plan.hpp"
#include "tools/db-restore-or-init/restore.hpp"
#include "tools/db-restore-or-init/rollback.hpp"
#include "tools/db-restore-or-init/scripts.hpp"
#include "tools/db-restore-or-init/side_database.hpp"

#include <numeric>
#include <ostream>

namespace sluice::db_restore {

namespace {

using std::chrono::milliseconds;

constexpr char const* k_variable = "SLUICE_DRILL_TARGET";

struct DrillResult {
    std::string snapshot;
    bool failed_by_itself = false;
    bool killed = false;
    milliseconds full{};         ///< how long the whole migration took; 0 where it was not run whole
    milliseconds killed_after{}; ///< where it was killed
    milliseconds back_out{};     ///< the rollback, from its first look to the end of the swap
    milliseconds unavailable{};
    milliseconds protection{}; ///< how long the protection took to take; the broken state takes about as long
    std::vector<Step> steps{};
    std::vector<std::string> differences{};

    [[nodiscard]] bool half_way() const { return failed_by_itself || killed; }
};

class Drill {
  public:
    Drill(Options const& options, cli::Context& context) : m_options(options), m_outer(context) {}
    Result<DrillResult> run();

  private:
    Result<void> look();
    Result<void> rehearse(cli::Context& context);
    Result<void> restore(cli::Context& context);
    Result<void> break_it(cli::Context& context);
    Result<void> back_out(cli::Context& context, std::string const& what);
    Result<void> compare(cli::Context& context);
    void drop_all();
    Result<milliseconds> timed(std::string what, std::function<Result<void>()> const& work);
    [[nodiscard]] Options options_for(Verb verb) const;

    Options const& m_options;
    cli::Context& m_outer;
    postgres::ConnectionParameters m_scratch{};
    std::unique_ptr<postgres::Session> m_maintenance{};
    std::unique_ptr<store::Store> m_store{};
    snapshot::Manifest m_manifest{};
    DrillResult m_result{};
};

Result<milliseconds> Drill::timed(std::string what, std::function<Result<void>()> const& work) {
    auto const begin = m_outer.clock.steady_now();
    TRY(work().map_error(while_doing(what)));
    auto const took = std::chrono::duration_cast<milliseconds>(m_outer.clock.steady_now() - begin);
    m_result.steps.push_back({std::move(what), took});
    return took;
}

Options Drill::options_for(Verb verb) const {
    Options options = m_options;
    options.verb = verb;
    options.target = std::string("env:") + k_variable;
    options.stage = "drill";
    options.name = m_manifest.name;
    options.origins = {{Origin::Kind::snapshot, m_manifest.id}};
    options.rollback.to = m_manifest.id;
    options.rollback.acceptance.all = true; // nobody's rows: what is lost here is the migration's own work
    options.rollback.broken_snapshot = false;
    return options;
}

Result<void> Drill::look() {
    TRY_ASSIGN(auto const given, postgres::resolve_connection(m_options.drill.server, m_outer.environment));
    TRY_ASSIGN(auto const server, postgres::spell_out(given));
    TRY_ASSIGN(m_maintenance, snapshot::connect_for_maintenance(server, "drill"));
    TRY_ASSIGN(m_store, store::open_store(m_options.store, m_outer.environment, m_options.store_key));
    TRY_ASSIGN(auto const names, snapshot::database_names(*m_store));
    TRY_ASSIGN(auto const name, choose_name(m_options.name, server.get("dbname"), names));
    TRY_ASSIGN(m_manifest, snapshot::Catalog(*m_store, name).find(m_options.drill.to, m_outer.clock.wall_now()));
    TRY(snapshot::check_target(*m_maintenance, m_manifest.inventory));
    m_scratch = server.with("dbname", new_name("sluice_drill", m_outer.clock));
    m_result.snapshot = m_manifest.id;
    auto const started = time::parse_timestamp(m_manifest.started);
    auto const finished = time::parse_timestamp(m_manifest.finished);
    if (started && finished) {
        m_result.protection = std::chrono::duration_cast<milliseconds>(*finished - *started);
    }
    return {};
}

Result<void> Drill::restore(cli::Context& context) {
    Options const options = options_for(Verb::restore);
    TRY_ASSIGN(auto const plan, make_plan(options, m_scratch, *m_maintenance, context));
    TRY_ASSIGN([[maybe_unused]] auto const outcome, carry_out(plan, options, *m_maintenance, context));
    return {};
}

Result<void> Drill::back_out(cli::Context& context, std::string const& what) {
    RollbackResult result;
    TRY_ASSIGN(m_result.back_out, timed(what, [&]() -> Result<void> {
                   TRY_ASSIGN(result, do_rollback(options_for(Verb::rollback), context));
                   return {};
               }));
    m_result.unavailable = result.outcome.swap.unavailable;
    return {};
}

// A first run shows how long the whole takes, and that one can come back from its end too.
Result<void> Drill::break_it(cli::Context& context) {
    auto limit = m_options.drill.kill_after;
    if (!limit) {
        auto const begin = m_outer.clock.steady_now();
        auto const whole = run_command_for(context.runner, m_scratch, "drill", m_options.drill.migration, {});
        m_result.full = std::chrono::duration_cast<milliseconds>(m_outer.clock.steady_now() - begin);
        m_result.steps.push_back({"running the whole migration", m_result.full});
        if (!whole) {
            if (whole.error().kind != Errc::not_found) {
                return tl::unexpected<Error>(whole.error());
            }
            log::warning("the migration fails by itself", {{"reason", whole.error().message}});
            m_result.failed_by_itself = true;
            return {};
        }
        TRY(back_out(context, "backing out of the whole migration"));
        limit = m_result.full / 2;
    }
    TRY_ASSIGN(m_result.killed_after, timed("running the migration until it is killed", [&]() -> Result<void> {
                   TRY_ASSIGN(bool const ended,
                              run_command_for(context.runner, m_scratch, "drill", m_options.drill.migration, limit));
                   m_result.killed = !ended;
                   return {};
               }));
    return {};
}

Result<void> Drill::compare(cli::Context& context) {
    return timed("comparing with the protection",
                 [&]() -> Result<void> {
                     TRY_ASSIGN(m_result.differences, snapshot::compare_with_manifest(
                                                          m_scratch, m_manifest,
                                                          {m_options.jobs, m_options.lock_timeout, {}}, context.clock));
                     return {};
                 })
        .map([](milliseconds) {});
}

Result<void> Drill::rehearse(cli::Context& context) {
    TRY(timed("restoring the protection", [&] { return restore(context); }));
    TRY(break_it(context));
    TRY(back_out(context, m_result.half_way() ? "backing out from half-way" : "backing out of the whole migration"));
    return compare(context);
}

// Whatever happened: these are nobody's data, and their names are like no other database's.
void Drill::drop_all() {
    postgres::WithoutCancel const undisturbed;
    std::string const scratch = m_scratch.get("dbname");
    auto const databases = list_databases(*m_maintenance);
    for (auto const& database : databases ? *databases : std::vector<NamedDatabase>{{scratch, {}, true}}) {
        if (database.name != scratch && !is_old_name(scratch, database.name)) {
            continue;
        }
        auto const dropped = snapshot::drop_database(*m_maintenance, database.name);
        if (!dropped) {
            log::warning("left behind", {{"database", database.name}, {"reason", dropped.error().message}});
        }
    }
}

Result<DrillResult> Drill::run() {
    TRY(look());
    auto variables = m_outer.environment.all();
    variables[k_variable] = m_scratch.conninfo();
    ci::Environment const environment(variables);
    cli::Context context{m_outer.clock, m_outer.runner, environment, m_outer.out};
    auto outcome = rehearse(context);
    drop_all();
    TRY(std::move(outcome));
    return std::move(m_result);
}

std::string verdict_of(DrillResult const& result) {
    if (!result.differences.empty()) {
        return "different";
    }
    return result.half_way() ? "equal" : "not_half_way";
}

std::string to_text(DrillResult const& result) {
    std::string text;
    for (auto const& step : result.steps) {
        text += "  " + step.what + ": " + time::duration_text(step.took) + "\n";
    }
    if (!result.differences.empty()) {
        text += "the way back does not lead to snapshot " + result.snapshot + ":\n";
        for (auto const& difference : result.differences) {
            text += "  " + difference + "\n";
        }
        return text;
    }
    std::string const from = result.killed             ? "the killed migration"
                             : result.failed_by_itself ? "the migration, which failed by itself,"
                                                       : "the whole migration";
    text += "from " + from + " the database came back equal to snapshot " + result.snapshot + "\n";
    text += result.half_way() ? "" : "the migration was over before it could be killed: half-way was not tried\n";
    return text + "the real thing would take about " + time::duration_text(result.back_out + result.protection) + ", " +
           time::duration_text(result.protection) +
           " of it for the snapshot of the broken state; writers wait that long, readers for " +
           time::duration_text(result.unavailable) + "\n";
}

Json to_json(DrillResult const& result) {
    Json steps = Json::array();
    for (auto const& step : result.steps) {
        steps.push_back({{"what", step.what}, {"milliseconds", step.took.count()}});
    }
    return {{"version", 1},
            {"action", "drilled"},
            {"snapshot", result.snapshot},
            {"verdict", verdict_of(result)},
            {"killed", result.killed},
            {"failed_by_itself", result.failed_by_itself},
            {"migration_milliseconds", result.full.count()},
            {"killed_after_milliseconds", result.killed_after.count()},
            {"differences", result.differences},
            {"steps", std::move(steps)},
            {"real_milliseconds", (result.back_out + result.protection).count()},
            {"real_unavailable_milliseconds", result.unavailable.count()}};
}

} // namespace

Result<cli::ExitCode> drill(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const result, Drill(options, context).run());
    context.out << (options.common.json ? json::dump(to_json(result)) + "\n" : to_text(result));
    if (!result.differences.empty()) {
        return cli::ExitCode::no;
    }
    return result.half_way() ? cli::ExitCode::ok : cli::ExitCode::unknown;
}

} // namespace sluice::db_restore
