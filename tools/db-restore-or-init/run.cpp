#include "tools/db-restore-or-init/run.hpp"

#include "common/json/json.hpp"
#include "common/log/log.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/cleanup.hpp"
#include "tools/db-restore-or-init/drill.hpp"
#include "tools/db-restore-or-init/mark.hpp"
#include "tools/db-restore-or-init/plan.hpp"
#include "tools/db-restore-or-init/policy_application.hpp"
#include "tools/db-restore-or-init/policy_lint.hpp"
#include "tools/db-restore-or-init/provenance.hpp"
#include "tools/db-restore-or-init/report.hpp"
#include "tools/db-restore-or-init/rollback.hpp"
#include "tools/db-restore-or-init/side_database.hpp"

#include <ostream>

namespace sluice::db_restore {

namespace {

void log_decision(Plan const& plan) {
    for (auto const& line : plan.decision.lines) {
        log::info("decision", {{"line", line}});
    }
}

tl::unexpected<Error> as_error(Errc kind, Plan const& plan) {
    Error error{kind, plan.decision.reason, plan.decision.advice, {}, {}};
    return tl::unexpected<Error>(std::move(error));
}

void print(cli::Context& context, Options const& options, Json const& document, std::string const& text) {
    context.out << (options.common.json ? json::dump(document) + "\n" : text);
}

Result<cli::ExitCode> explain(Plan const& plan, Options const& options, cli::Context& context) {
    print(context, options, plan_json(plan, options.stage, "explained"), explanation_text(plan));
    switch (plan.decision.verdict) {
    case Verdict::restore:
    case Verdict::initialise: return cli::ExitCode::ok;
    case Verdict::stop: return cli::ExitCode::own_no;
    case Verdict::refuse: return cli::ExitCode::refused;
    case Verdict::uncertain: break;
    }
    return cli::ExitCode::unknown;
}

cli::ExitCode stop(Plan const& plan, Options const& options, cli::Context& context) {
    log::warning(plan.decision.reason, {{"todo", plan.decision.advice}});
    print(context, options, plan_json(plan, options.stage, "stopped"), stopped_text(plan));
    return cli::ExitCode::own_no;
}

Result<cli::ExitCode> act(Plan const& plan, Options const& options, postgres::Session& maintenance,
                          cli::Context& context) {
    log_decision(plan);
    if (plan.decision.verdict == Verdict::stop) {
        return stop(plan, options, context);
    }
    if (plan.decision.verdict == Verdict::refuse) {
        return as_error(Errc::refused, plan);
    }
    if (plan.decision.verdict == Verdict::uncertain) {
        return as_error(Errc::unknown, plan);
    }
    TRY_ASSIGN(auto const outcome, carry_out(plan, options, maintenance, context));
    if (!options.dotenv.empty()) {
        TRY(cli::write_dotenv(options.dotenv, dotenv_lines(outcome.provenance, plan.target.name)));
    }
    print(context, options, outcome_json(plan, outcome), outcome_text(plan, outcome));
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> restore_or_init(Options options, cli::Context& context) {
    TRY(apply_policy(options, context.environment));
    TRY_ASSIGN(auto const given, postgres::resolve_connection(options.target, context.environment));
    TRY_ASSIGN(auto parameters, postgres::spell_out(given));
    TRY_ASSIGN(auto const maintenance, snapshot::connect_for_maintenance(parameters, "restore"));
    std::string const live = parameters.get("dbname");
    if (!options.shadow.as.empty()) {
        TRY_ASSIGN(parameters, as_shadow(*maintenance, parameters, options.shadow.as));
    }
    if (!options.explain) {
        TRY(lock_target(*maintenance, parameters.get("dbname")));
    }
    TRY_ASSIGN(auto plan, make_plan(options, parameters, *maintenance, context));
    plan.shadow_of = options.shadow.as.empty() ? std::string{} : live;
    return options.explain ? explain(plan, options, context) : act(plan, options, *maintenance, context);
}

} // namespace

Result<cli::ExitCode> run(Options const& options, cli::Context& context) {
    switch (options.verb) {
    case Verb::restore: return restore_or_init(options, context);
    case Verb::provenance: return show_provenance(options, context);
    case Verb::cleanup: return clean_up(options, context);
    case Verb::mark: return mark(options, context);
    case Verb::lint_policy: return lint_policy(options, context);
    case Verb::rollback: return roll_back(options, context);
    case Verb::drill: return drill(options, context);
    }
    return fail(Errc::internal, "no such verb");
}

} // namespace sluice::db_restore
