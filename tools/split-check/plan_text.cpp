#include "tools/split-check/plan.hpp"

#include "common/json/json.hpp"

namespace sluice::split_check {

namespace {

std::string title_of(PlanStep const& step) {
    std::string const kind = step.kind == Kind::code ? "code" : "migration (" + std::string(name_of(step.phase)) + ")";
    return "deploy " + step.id().substr(0, 12) + " " + kind;
}

// Mermaid takes quotes and brackets for its own.
std::string plain(std::string const& text) {
    std::string safe;
    for (char const c : text) {
        safe += c == '"' || c == '[' || c == ']' || c == '\n' || c == '<' || c == '>' ? ' ' : c;
    }
    return safe;
}

Json step_json(PlanStep const& step, std::size_t number) {
    Json commits = Json::array();
    for (auto const* commit : step.commits) {
        commits.push_back({{"id", commit->id}, {"subject", commit->subject}});
    }
    return {{"number", number},
            {"kind", name_of(step.kind)},
            {"phase", name_of(step.phase)},
            {"revision", step.id()},
            {"snapshot", step.needs_snapshot ? "required" : "none"},
            {"no_way_back", step.no_way_back},
            {"commits", commits}};
}

std::string step_text(PlanStep const& step, std::size_t number) {
    std::string text = std::to_string(number) + ". " + title_of(step) + "\n";
    for (auto const* commit : step.commits) {
        text += "     " + commit->id.substr(0, 12) + " " + commit->subject + "\n";
    }
    if (step.needs_snapshot) {
        text += "   protection: take a snapshot before this step\n";
    }
    if (!step.no_way_back.empty()) {
        text += "   no way back without it: " + step.no_way_back + "\n";
    }
    return text;
}

std::string problem_text(PlanProblem const& problem) {
    std::string text = problem.step == 0 ? "commit " : "step " + std::to_string(problem.step) + " breaks: commit ";
    text += problem.commit.substr(0, 12) + ": " + problem.message + "\n";
    for (auto const& command : problem.commands) {
        text += "    " + command + "\n";
    }
    return text;
}

} // namespace

std::string plan_text(Plan const& plan) {
    std::string text = "split-check plan: " + std::to_string(plan.steps.size()) + " steps from " +
                       plan.base.substr(0, 12) + " to " + plan.head.substr(0, 12) + "\n";
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        text += step_text(plan.steps[i], i + 1);
    }
    if (plan.has_unknown) {
        text += "unknown: a step holds a migration that cannot be read; look at it yourself\n";
    }
    for (auto const& problem : plan.problems) {
        text += problem_text(problem);
    }
    return text + (plan.problems.empty() ? "every state between the steps is sound, as far as names tell\n" : "");
}

std::string plan_json(Plan const& plan) {
    Json steps = Json::array();
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        steps.push_back(step_json(plan.steps[i], i + 1));
    }
    Json problems = Json::array();
    for (auto const& problem : plan.problems) {
        problems.push_back({{"step", problem.step},
                            {"commit", problem.commit},
                            {"message", problem.message},
                            {"commands", problem.commands}});
    }
    return json::dump_indented({{"version", 1},
                                {"base", plan.base},
                                {"head", plan.head},
                                {"unknown", plan.has_unknown},
                                {"steps", steps},
                                {"problems", problems}});
}

std::string plan_mermaid(Plan const& plan) {
    std::string text = "flowchart TD\n  s0[\"running: " + plan.base.substr(0, 12) + "\"]\n";
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        std::string const from = "s" + std::to_string(i);
        std::string const to = "s" + std::to_string(i + 1);
        std::string const label = plain(title_of(plan.steps[i]));
        text +=
            "  " + from + (plan.steps[i].needs_snapshot ? " -- snapshot --> " : " --> ") + to + "[\"" + label + "\"]\n";
    }
    for (std::size_t i = 0; i < plan.problems.size(); ++i) {
        auto const& problem = plan.problems[i];
        std::string const node = "p" + std::to_string(i);
        text += "  s" + std::to_string(problem.step) + " -.-x " + node + "[\"" +
                plain(problem.commit.substr(0, 12) + ": " + problem.message) + "\"]\n";
    }
    return text;
}

} // namespace sluice::split_check
