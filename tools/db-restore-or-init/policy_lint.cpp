#include "tools/db-restore-or-init/policy_lint.hpp"

#include "common/json/json.hpp"
#include "common/time/duration_text.hpp"
#include "tools/db-restore-or-init/scripts.hpp"

#include <ostream>

namespace sluice::db_restore {

namespace {

MissingRule rule_in(Policy const& policy, std::string const& stage) {
    return rule_for_stage(stage, policy.answers, policy.decision_for(stage), false);
}

std::string conditions_text(Conditions const& conditions) {
    std::string text;
    text += conditions.max_age ? ", at most " + time::duration_text(*conditions.max_age) + " old" : "";
    text += conditions.verified ? ", verified" : "";
    text += conditions.masked ? ", masked" : "";
    return text + (conditions.migration.empty() ? "" : ", migration '" + conditions.migration + "'");
}

std::string action_text(OnMissing action) { return action == OnMissing::init ? "start empty" : "stop"; }

void find_in_stage(Policy const& policy, std::string const& name, StagePolicy const& stage,
                   std::vector<std::string>& findings) {
    for (auto const& origin : stage.origins) {
        if (origin.kind == Origin::Kind::live && origin.conditions.masked) {
            findings.push_back("stage '" + name + "': '" + to_text(origin) +
                               "' is never taken, because live data is not masked and the stage asks for it");
        }
    }
    auto const& initialise = policy.initialise;
    bool const nothing = initialise.sql.empty() && initialise.command.empty();
    if (rule_in(policy, name).action == OnMissing::init && nothing) {
        findings.push_back("stage '" + name + "' may start empty, and 'initialise' names neither sql nor a command");
    }
}

void find_unreadable(std::vector<std::string> const& files, std::vector<std::string>& findings) {
    for (auto const& file : files) {
        if (auto const readable = check_readable({file}); !readable) {
            findings.push_back(readable.error().message);
        }
    }
}

std::vector<std::string> unreadable_files(Policy const& policy) {
    std::vector<std::string> findings;
    find_unreadable(policy.initialise.sql, findings);
    find_unreadable(policy.initialise.seed, findings);
    find_unreadable(policy.neutralise, findings);
    for (auto const& [name, stage] : policy.stages) {
        find_unreadable(stage.neutralise, findings);
    }
    return findings;
}

Json stage_json(Policy const& policy, std::string const& name, StagePolicy const& stage) {
    Json origins = Json::array();
    for (auto const& origin : stage.origins) {
        origins.push_back(to_text(origin) + conditions_text(origin.conditions));
    }
    auto const rule = rule_in(policy, name);
    return {{"stage", name},
            {"origins", std::move(origins)},
            {"masked", stage.masked},
            {"without_data", {{"action", action_text(rule.action)}, {"why", rule.why}, {"objection", rule.objection}}}};
}

Json document_of(Policy const& policy, std::vector<std::string> const& findings) {
    Json stages = Json::array();
    for (auto const& [name, stage] : policy.stages) {
        stages.push_back(stage_json(policy, name, stage));
    }
    return {{"version", 1}, {"service", policy.service}, {"stages", std::move(stages)}, {"findings", findings}};
}

std::string text_of(Policy const& policy, std::vector<std::string> const& findings) {
    std::string text = "policy of '" + policy.service + "'\n";
    for (auto const& [name, stage] : policy.stages) {
        auto const rule = rule_in(policy, name);
        text += "  " + name + ": ";
        for (auto const& origin : stage.origins) {
            text += (&origin == &stage.origins.front() ? "" : ", else ") + to_text(origin) +
                    conditions_text(origin.conditions);
        }
        text += "; without data " + action_text(rule.action) + ": " + rule.why + "\n";
        text += rule.objection.empty() ? "" : "    " + rule.objection + "\n";
    }
    for (auto const& finding : findings) {
        text += "  look at: " + finding + "\n";
    }
    return text;
}

} // namespace

std::vector<std::string> findings_of(Policy const& policy) {
    std::vector<std::string> findings;
    // An explicit decision does not answer the questions: whoever reads it at night wants to know why.
    if (std::string const open = open_questions(policy.answers); !open.empty()) {
        findings.push_back("'answers' leaves open: " + open + "; until then it means stop");
    }
    for (auto const& [name, stage] : policy.stages) {
        find_in_stage(policy, name, stage, findings);
    }
    return findings;
}

Result<cli::ExitCode> lint_policy(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const policy, read_policy(options.policy));
    auto findings = findings_of(policy);
    auto const unreadable = unreadable_files(policy);
    findings.insert(findings.end(), unreadable.begin(), unreadable.end());
    context.out << (options.common.json ? json::dump(document_of(policy, findings)) + "\n" : text_of(policy, findings));
    return findings.empty() ? cli::ExitCode::ok : cli::ExitCode::no;
}

} // namespace sluice::db_restore
