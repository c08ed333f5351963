#include "tools/db-restore-or-init/missing_rule.hpp"

#include "tools/db-restore-or-init/markers.hpp"

namespace sluice::db_restore {

namespace {

MissingRule stop(std::string why, Answers const& answers) {
    return {OnMissing::fail, std::move(why), {}, answers.worst_case};
}

MissingRule start_empty(std::string why, Answers const& answers) {
    return {OnMissing::init, std::move(why), {}, answers.worst_case};
}

std::string verb_of(OnMissing action) { return action == OnMissing::init ? "start empty" : "stop"; }

} // namespace

std::string open_questions(Answers const& answers) {
    std::string list;
    auto const ask = [&](bool answered, char const* question) {
        list += answered ? "" : (list.empty() ? "" : ", ") + std::string(question);
    };
    ask(answers.others_act_on_its_data.has_value(), "others_act_on_its_data");
    ask(answers.others_wait_for_it.has_value(), "others_wait_for_it");
    ask(answers.importance.has_value(), "importance");
    ask(!answers.worst_case.empty(), "worst_case");
    return list;
}

MissingRule rule_of(Answers const& answers) {
    if (std::string const open = open_questions(answers); !open.empty()) {
        return stop("its owners have not answered: " + open, answers);
    }
    if (*answers.others_act_on_its_data) {
        return stop("other systems act on its data, so a person has to look first", answers);
    }
    if (*answers.importance == Importance::critical) {
        return stop("its data is critical, so a person has to look first", answers);
    }
    if (*answers.others_wait_for_it) {
        return start_empty("others wait for it, and nobody acts on its data", answers);
    }
    if (*answers.importance == Importance::low) {
        return start_empty("its data matters little, and nobody acts on it", answers);
    }
    return stop("its data matters and nobody waits for it, so there is time to look", answers);
}

MissingRule rule_for_stage(std::string const& stage, std::optional<Answers> const& answers,
                           std::optional<ExplicitDecision> const& decision, bool first_build) {
    MissingRule rule = answers ? rule_of(*answers) : MissingRule{};
    if (decision) {
        if (answers && decision->action != rule.action) {
            rule.objection = decision->said_by + " says " + verb_of(decision->action) + ", the answers alone say " +
                             verb_of(rule.action) + ": " + rule.why;
        }
        rule.action = decision->action;
        rule.why = decision->said_by + " says " + verb_of(decision->action);
    }
    if (rule.action == OnMissing::init && is_production(stage) && !first_build) {
        rule.action = OnMissing::fail;
        rule.why = "a stage called '" + stage + "' never starts empty without --first-build";
    }
    return rule;
}

} // namespace sluice::db_restore
