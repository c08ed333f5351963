#include "tools/db-restore-or-init/plan.hpp"

#include "common/log/log.hpp"
#include "common/snapshot/target.hpp"
#include "tools/db-restore-or-init/guard.hpp"
#include "tools/db-restore-or-init/properties.hpp"
#include "tools/db-restore-or-init/scripts.hpp"

namespace sluice::db_restore {

namespace {

using postgres::Session;

// Everything that belongs to the old database itself goes over to the new one; the data brings its encoding and locale.
snapshot::DatabaseProperties carried_over(snapshot::DatabaseProperties const& old,
                                          snapshot::DatabaseProperties const& data) {
    snapshot::DatabaseProperties properties = old;
    properties.encoding = data.encoding;
    properties.collate = data.collate;
    properties.ctype = data.ctype;
    properties.locale_provider = data.locale_provider;
    properties.locale = data.locale;
    properties.collation_version = data.collation_version;
    return properties;
}

Result<snapshot::DatabaseProperties> wanted_properties(Plan const& plan, Session& maintenance) {
    if (plan.decision.verdict == Verdict::restore && !plan.by_command()) {
        auto const& data = plan.inventory().properties;
        return plan.target.existing ? carried_over(plan.target.existing->properties, data) : data;
    }
    return plan.target.existing ? Result<snapshot::DatabaseProperties>(plan.target.existing->properties)
                                : default_properties(maintenance);
}

// What an old database has must not get lost; what only the source had is said and left to an administrator.
Result<void> settle_settings(Plan& plan, Session& maintenance) {
    TRY_ASSIGN(auto const forbidden, find_forbidden_settings(maintenance, plan.properties));
    if (forbidden.empty()) {
        return {};
    }
    if (plan.target.existing) {
        return fail(Errc::denied,
                    "role '" + plan.target.role.name + "' may not carry over the setting " + forbidden.front().what +
                        " of database '" + plan.target.name + "'",
                    "Run on that server: " + forbidden.front().grant + " Or remove the setting.");
    }
    for (auto const& setting : forbidden) {
        plan.left_out.push_back("setting " + setting.what);
        log::warning("the source's setting is left out, this role may not set it",
                     {{"setting", setting.what}, {"remedy", setting.grant}});
    }
    TRY_ASSIGN(plan.properties, without_forbidden_settings(maintenance, std::move(plan.properties)));
    return {};
}

std::vector<std::string> files_to_run(Plan const& plan, Options const& options) {
    if (plan.decision.verdict != Verdict::initialise) {
        return options.after_restore;
    }
    auto files = options.init_sql;
    files.insert(files.end(), options.init_seed.begin(), options.init_seed.end());
    return files;
}

} // namespace

Result<void> check_feasible(Plan& plan, Options const& options, Session& maintenance) {
    TRY(check_readable(files_to_run(plan, options)));
    TRY_ASSIGN(plan.properties, wanted_properties(plan, maintenance));
    if (plan.decision.verdict == Verdict::restore && !plan.by_command()) {
        TRY(snapshot::check_target(maintenance, plan.inventory()));
        TRY(snapshot::check_roles(maintenance, {plan.properties.owner}, {plan.properties.owner}));
    }
    return settle_settings(plan, maintenance);
}

snapshot::Inventory const& Plan::inventory() const {
    auto const& origin = chosen();
    return origin.manifest ? origin.manifest->inventory : *origin.live_inventory;
}

Result<Plan> make_plan(Options const& options, postgres::ConnectionParameters const& parameters, Session& maintenance,
                       cli::Context& context) {
    Plan plan;
    plan.parameters = parameters;
    TRY_ASSIGN(plan.target, read_target_facts(maintenance, parameters));
    // Twice: what the target itself forbids needs no look at production.
    TRY(check_guards(plan.target, {options.stage, options.adopt, {}}));
    TRY_ASSIGN(plan.survey, survey_origins(options, plan.target.name, context));
    TRY(check_guards(plan.target, {options.stage, options.adopt, plan.survey.sources()}));
    plan.decision = decide(plan.survey.facts(), options.missing);
    if (plan.decision.verdict == Verdict::restore || plan.decision.verdict == Verdict::initialise) {
        TRY(check_feasible(plan, options, maintenance));
    }
    return plan;
}

} // namespace sluice::db_restore
