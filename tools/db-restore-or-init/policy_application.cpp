#include "tools/db-restore-or-init/policy_application.hpp"

#include "tools/db-restore-or-init/policy.hpp"

namespace sluice::db_restore {

namespace {

// The service's files first, the stage's next, and last what the command line adds.
void neutralise_first(Options& options, Policy const& policy, StagePolicy const& stage) {
    auto files = policy.neutralise;
    files.insert(files.end(), stage.neutralise.begin(), stage.neutralise.end());
    options.after_restore.insert(options.after_restore.begin(), files.begin(), files.end());
}

std::optional<ExplicitDecision> explicit_decision(Options const& options, Policy const& policy) {
    return options.on_missing ? std::optional(ExplicitDecision{*options.on_missing, "--on-missing"})
                              : policy.decision_for(options.stage);
}

} // namespace

Result<void> apply_policy(Options& options, ci::Environment const& environment) {
    if (options.policy.empty()) {
        return {};
    }
    TRY_ASSIGN(auto const policy, read_policy(options.policy));
    TRY_ASSIGN(StagePolicy const* const stage, policy.stage(options.stage));
    options.origins = stage->origins;
    TRY(settle_store(options, environment));
    options.missing =
        rule_for_stage(options.stage, policy.answers, explicit_decision(options, policy), options.first_build);
    options.init_sql = policy.initialise.sql;
    options.init_command = policy.initialise.command;
    options.init_seed = policy.initialise.seed;
    neutralise_first(options, policy, *stage);
    return {};
}

} // namespace sluice::db_restore
