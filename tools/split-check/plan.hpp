#pragma once

#include "tools/split-check/deployed_code.hpp"
#include "tools/split-check/release.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace sluice::split_check {

/// One commit of the range, compared with its first parent.
struct PlanCommit {
    std::string id;
    std::string subject{};
    Kind kind = Kind::neutral;
    Phase phase = Phase::none;
    bool loses_data = false;
    bool code_of_others = false; ///< beside its migrations, of services on other databases
    std::set<std::string> dropped{};
    std::set<std::string> added{};
    std::vector<std::string> migration_paths{}; ///< with their companions
    std::set<std::string> added_migrations{};
    std::set<std::string> edited_migrations{}; ///< or deleted; not those that are meant to be edited
};

/// A run of commits that can be deployed as one kind.
struct PlanStep {
    Kind kind = Kind::code;
    Phase phase = Phase::none;
    std::vector<PlanCommit const*> commits{};
    bool needs_snapshot = false;
    std::string no_way_back{}; ///< why the code before cannot come back after this step without the snapshot
    [[nodiscard]] std::string const& id() const { return commits.back()->id; }
};

/// Why a state between two steps breaks, and what to do.
struct PlanProblem {
    std::size_t step = 0; ///< 1 for the first; 0 for a commit that is in no step
    std::string commit{};
    std::string message{};
    std::vector<std::string> commands{}; ///< git commands that split the commit
};

struct Plan {
    std::string base;
    std::string head;
    std::vector<PlanStep> steps{};
    std::vector<PlanProblem> problems{}; ///< the first state that breaks comes first
    bool has_unknown = false;            ///< a step's migrations could not be read
};

/// Whether the code of a revision names an identifier.
using NamesIn = std::function<Result<std::optional<Mention>>(std::string const& revision, std::string const& name)>;

/// Cuts the commits, oldest first, into steps and checks every state that the steps lead through: the code that runs,
/// the code that ran before it, and the schema of each step. `commits` must outlive the plan. Errors: those of `names`.
[[nodiscard]] Result<Plan> make_plan(std::string const& base, std::vector<PlanCommit> const& commits,
                                     NamesIn const& names);

/// The commands that replace a mixed commit by two pure ones with the same end.
[[nodiscard]] std::vector<std::string> commands_to_split(PlanCommit const& commit);

[[nodiscard]] std::string plan_text(Plan const& plan);
/// Format: schema/plan.schema.json.
[[nodiscard]] std::string plan_json(Plan const& plan);
[[nodiscard]] std::string plan_mermaid(Plan const& plan);

} // namespace sluice::split_check
