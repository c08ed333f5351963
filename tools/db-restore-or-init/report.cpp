#include "tools/db-restore-or-init/report.hpp"

#include "common/json/json.hpp"
#include "common/log/progress.hpp"
#include "common/time/duration_text.hpp"

namespace sluice::db_restore {

namespace {

Json origin_json(OriginFact const& fact, bool taken) {
    Json object{{"origin", fact.origin}, {"finding", name_of(fact.finding)}, {"taken", taken},
                {"why", fact.why},       {"snapshot", fact.snapshot},        {"age_seconds", nullptr}};
    if (fact.age) {
        object["age_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(*fact.age).count();
    }
    return object;
}

Json steps_json(std::vector<Step> const& steps) {
    Json list = Json::array();
    for (auto const& step : steps) {
        list.push_back({{"what", step.what}, {"milliseconds", step.took.count()}});
    }
    return list;
}

std::string what_was_put(Provenance const& provenance) {
    if (provenance.origin == "init") {
        return "started '";
    }
    if (provenance.origin == "command") {
        return "filled by a command: '";
    }
    return "restored " +
           (provenance.origin == "snapshot" ? "snapshot " + provenance.snapshot
                                            : "live '" + provenance.source_database + "'") +
           " into '";
}

} // namespace

std::string explanation_text(Plan const& plan) {
    std::string text = name_of(plan.decision.verdict) + ": " + plan.decision.reason + "\n";
    for (auto const& line : plan.decision.lines) {
        text += "  " + line + "\n";
    }
    text += "  target '" + plan.target.name + "' ";
    text += plan.target.existing ? "is there and would be kept under a dated name\n" : "is not there yet\n";
    for (auto const& item : plan.left_out) {
        text += "  left out: " + item + "\n";
    }
    return plan.decision.advice.empty() ? text : text + "  " + plan.decision.advice + "\n";
}

std::string outcome_text(Plan const& plan, Outcome const& outcome) {
    std::string text = what_was_put(outcome.provenance) + plan.target.name + "'";
    text += outcome.provenance.origin == "init" ? " empty" : "";
    text +=
        outcome.path == "load" ? ", " + std::to_string(outcome.rows) + " rows, " + log::size_text(outcome.bytes) : "";
    text += outcome.template_database.empty() ? "" : ", by " + outcome.path;
    if (!outcome.old_database.empty()) {
        text += ", unavailable for " + time::duration_text(outcome.swap.unavailable) + ", the old one is '" +
                outcome.old_database + "'";
    }
    return text + "\n";
}

std::string stopped_text(Plan const& plan) {
    return "nothing done to '" + plan.target.name + "': " + plan.decision.reason + "\n";
}

Json plan_json(Plan const& plan, std::string const& stage, std::string const& action) {
    Json origins = Json::array();
    auto const facts = plan.survey.facts();
    for (std::size_t i = 0; i < facts.size(); ++i) {
        origins.push_back(
            origin_json(facts[i], plan.decision.verdict == Verdict::restore && i == plan.decision.chosen));
    }
    return {{"version", 1},
            {"action", action},
            {"target", plan.target.name},
            {"target_exists", plan.target.existing.has_value()},
            {"stage", stage},
            {"name", plan.survey.name},
            {"decision",
             {{"verdict", name_of(plan.decision.verdict)},
              {"reason", plan.decision.reason},
              {"advice", plan.decision.advice},
              {"lines", plan.decision.lines},
              {"origins", std::move(origins)}}},
            {"left_out", plan.left_out}};
}

Json outcome_json(Plan const& plan, Outcome const& outcome) {
    bool const empty = outcome.provenance.origin == "init";
    Json document = plan_json(plan, outcome.provenance.stage, empty ? "initialised" : "restored");
    document["provenance"] = to_marker(outcome.provenance);
    document["path"] = outcome.path;
    document["template"] = outcome.template_database;
    document["rows"] = outcome.rows;
    document["bytes"] = outcome.bytes;
    document["steps"] = steps_json(outcome.steps);
    document["unavailable_milliseconds"] = plan.target.existing ? outcome.swap.unavailable.count() : 0;
    document["swap_attempts"] = outcome.swap.attempts;
    document["old_database"] = outcome.old_database;
    document["dropped"] = outcome.dropped;
    return document;
}

} // namespace sluice::db_restore
