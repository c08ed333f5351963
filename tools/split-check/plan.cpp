#include "tools/split-check/plan.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

bool is_deployable(PlanCommit const& commit) { return commit.kind == Kind::code || commit.kind == Kind::migration; }

// A text in single quotes for a shell.
std::string shell_quoted(std::string const& text) {
    std::string quoted = "'";
    for (char const c : text) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

class Planner {
  public:
    Planner(std::string const& base, NamesIn const& names) : m_names(names), m_running(base) { m_plan.base = base; }

    Result<Plan> run(std::vector<PlanCommit> const& commits) {
        m_plan.head = commits.empty() ? m_plan.base : commits.back().id;
        for (auto const& commit : commits) {
            take(commit);
            m_made_here.insert(commit.added_migrations.begin(), commit.added_migrations.end());
        }
        for (m_at = 0; m_at < m_plan.steps.size(); ++m_at) {
            PlanStep& step = m_plan.steps[m_at];
            TRY(step.kind == Kind::code ? check_code(step) : check_migration(step));
        }
        return std::move(m_plan);
    }

  private:
    void take(PlanCommit const& commit) {
        for (auto const& path : commit.edited_migrations) {
            if (!m_made_here.contains(path)) {
                m_deployed_edits.emplace(commit.id, path);
            }
        }
        if (commit.kind == Kind::mixed) {
            problem(0, commit.id, "the commit holds code and migrations", commands_to_split(commit));
            return;
        }
        if (!is_deployable(commit)) {
            m_plan.has_unknown = m_plan.has_unknown || commit.kind == Kind::unknown;
            return;
        }
        bool const goes_on = !m_plan.steps.empty() && m_plan.steps.back().kind == commit.kind &&
                             m_plan.steps.back().phase == commit.phase;
        if (!goes_on) {
            m_plan.steps.push_back({commit.kind, commit.phase});
        }
        PlanStep& step = m_plan.steps.back();
        step.commits.push_back(&commit);
        step.needs_snapshot = step.needs_snapshot || commit.loses_data;
        m_plan.has_unknown = m_plan.has_unknown || commit.phase == Phase::unknown;
    }

    void problem(std::size_t step, std::string const& commit, std::string message,
                 std::vector<std::string> commands = {}) {
        m_plan.problems.push_back({step, commit, std::move(message), std::move(commands)});
    }

    Result<void> check_migration(PlanStep& step) {
        for (auto const* commit : step.commits) {
            check_phase(*commit);
            check_edits(*commit);
            for (auto const& name : commit->dropped) {
                TRY(check_drop(step, *commit, name));
            }
            m_gone.insert(commit->dropped.begin(), commit->dropped.end());
        }
        for (auto const* commit : step.commits) {
            m_applied.insert(commit->added_migrations.begin(), commit->added_migrations.end());
            for (auto const& name : commit->added) {
                m_gone.erase(name);
            }
        }
        return {};
    }

    void check_phase(PlanCommit const& commit) {
        if (commit.phase == Phase::never) {
            problem(m_at + 1, commit.id,
                    "a migration suits neither the code before it nor the code after it; see 'split-check --range " +
                        commit.id + "^.." + commit.id + "' for the safe way");
        } else if (commit.phase == Phase::mixed) {
            problem(m_at + 1, commit.id, "additions and removals are in one commit: make them two, code between them",
                    commands_to_split(commit));
        }
    }

    // What an earlier step ran is not run again: the edit would be lost, or stop the tool.
    void check_edits(PlanCommit const& commit) {
        for (auto const& path : commit.edited_migrations) {
            if (m_applied.contains(path)) {
                problem(m_at + 1, commit.id, "it edits '" + path + "', which an earlier step already ran");
            } else if (m_deployed_edits.contains({commit.id, path})) {
                problem(m_at + 1, commit.id, "it edits '" + path + "', which is deployed already");
            }
        }
    }

    Result<void> check_drop(PlanStep& step, PlanCommit const& commit, std::string const& name) {
        TRY_ASSIGN(auto const running, m_names(m_running, name));
        if (running && !is_common_name(name)) {
            problem(m_at + 1, commit.id,
                    "it takes '" + name + "' away while the code that runs (" + m_running.substr(0, 12) +
                        ") names it at " + running->path + ":" + std::to_string(running->line));
            return {};
        }
        if (m_before.empty()) {
            return {};
        }
        TRY_ASSIGN(auto const before, m_names(m_before, name));
        if (before) {
            step.needs_snapshot = true;
            step.no_way_back = "code " + m_before.substr(0, 12) + " names '" + name + "' at " + before->path + ":" +
                               std::to_string(before->line);
        }
        return {};
    }

    Result<void> check_code(PlanStep const& step) {
        std::string const& next = step.id();
        for (auto const& name : m_gone) {
            TRY_ASSIGN(auto const found, m_names(next, name));
            if (found && !is_common_name(name)) {
                problem(m_at + 1, next,
                        "its code names '" + name + "' at " + found->path + ":" + std::to_string(found->line) +
                            ", which an earlier step took away");
            }
        }
        for (std::size_t later = m_at + 1; later < m_plan.steps.size(); ++later) {
            TRY(check_not_yet(next, later));
        }
        m_before = m_running;
        m_running = next;
        return {};
    }

    // Code that names what only a later step adds. Names that the running code has too are other things.
    Result<void> check_not_yet(std::string const& next, std::size_t later) {
        for (auto const* commit : m_plan.steps[later].commits) {
            for (auto const& name : commit->added) {
                if (is_common_name(name)) {
                    continue;
                }
                TRY_ASSIGN(auto const found, m_names(next, name));
                TRY_ASSIGN(auto const already, m_names(m_running, name));
                if (found && !already) {
                    problem(m_at + 1, next,
                            "its code names '" + name + "' at " + found->path + ":" + std::to_string(found->line) +
                                ", which only step " + std::to_string(later + 1) + " adds: move commit " +
                                commit->id.substr(0, 12) + " before it");
                }
            }
        }
        return {};
    }

    NamesIn const& m_names;
    Plan m_plan{};
    std::string m_running;
    std::string m_before{};
    std::set<std::string> m_gone{};
    std::set<std::string> m_applied{};
    std::set<std::string> m_made_here{};                              ///< migrations that the commits so far added
    std::set<std::pair<std::string, std::string>> m_deployed_edits{}; ///< commit and path
    std::size_t m_at = 0;
};

} // namespace

Result<Plan> make_plan(std::string const& base, std::vector<PlanCommit> const& commits, NamesIn const& names) {
    return Planner(base, names).run(commits);
}

std::vector<std::string> commands_to_split(PlanCommit const& commit) {
    std::string const branch = "split-" + commit.id.substr(0, 12);
    std::string paths;
    for (auto const& path : commit.migration_paths) {
        paths += " " + shell_quoted(":(top,literal)" + path);
    }
    std::string const restore = "git restore --source=" + commit.id + " --staged --worktree --";
    std::string const migrations = restore + paths;
    std::string const commit_migrations = "git commit -m " + shell_quoted(commit.subject + " (migrations)");
    std::string const take_all = restore + " ':(top)'";
    std::string const commit_rest = "git commit -C " + commit.id;
    std::vector<std::string> commands{"git switch -c " + branch + " " + commit.id + "^"};
    if (commit.phase != Phase::contract) {
        commands.insert(commands.end(), {migrations, commit_migrations, take_all, commit_rest});
    } else {
        // What is removed must wait until the code that used it is gone.
        std::string const back = "git restore --source=" + commit.id + "^ --staged --worktree --" + paths;
        commands.insert(commands.end(), {take_all, back, commit_rest, migrations, commit_migrations});
    }
    commands.push_back("git rebase --onto " + branch + " " + commit.id + " YOUR-BRANCH");
    return commands;
}

} // namespace sluice::split_check
