#include "tools/split-check/plan_command.hpp"

#include "tools/split-check/check.hpp"
#include "tools/split-check/classify_release.hpp"
#include "tools/split-check/submodules.hpp"

#include <algorithm>
#include <ostream>

namespace sluice::split_check {

namespace {

constexpr int k_exit_no = 1;
constexpr int k_exit_unclassified = 12;

struct LogEntry {
    std::string id;
    std::string parent;
    std::string subject;
};

std::vector<LogEntry> read_log(std::string_view text) {
    std::vector<LogEntry> entries;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        std::string_view const line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        std::size_t const first = std::min(line.find('\t'), line.size());
        std::size_t const second = std::min(line.find('\t', first + 1), line.size());
        std::string_view const parents = line.substr(std::min(first + 1, line.size()), second - first - 1);
        entries.push_back({std::string(line.substr(0, first)), std::string(parents.substr(0, parents.find(' '))),
                           std::string(line.substr(std::min(second + 1, line.size())))});
    }
    return entries;
}

void take_files(PlanCommit& commit, std::vector<ClassifiedFile> const& files) {
    for (auto const& file : files) {
        bool const migration = file.file_class == FileClass::migration;
        if (migration || file.file_class == FileClass::companion) {
            commit.migration_paths.push_back(file.change.path);
        }
        if (migration && file.change.status == 'A') {
            commit.added_migrations.insert(file.change.path);
        }
    }
}

// All diffs by one process, which takes "commit parent" lines.
Result<std::vector<std::vector<Change>>> read_diffs(Git const& git, std::vector<LogEntry> const& entries) {
    std::string wanted;
    for (auto const& entry : entries) {
        wanted += entry.id + " " + (entry.parent.empty() ? std::string(k_empty_tree) : entry.parent) + "\n";
    }
    std::vector<std::vector<Change>> diffs;
    if (entries.empty()) {
        return diffs;
    }
    TRY_ASSIGN(auto const output,
               git.run({"diff-tree", "--stdin", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", "--always"},
                       std::move(wanted)));
    std::string_view rest{output};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        std::string const opening = entries[i].id + '\0';
        if (!rest.starts_with(opening)) {
            return fail(Errc::bad_data, "git's list of changes is not in the form that is expected");
        }
        rest.remove_prefix(opening.size());
        std::size_t const next = i + 1 < entries.size() ? rest.find(entries[i + 1].id + '\0') : rest.size();
        if (next == std::string_view::npos) {
            return fail(Errc::bad_data, "git's list of changes ends too early");
        }
        TRY_ASSIGN(auto changes, parse_raw_diff(rest.substr(0, next)));
        diffs.push_back(std::move(changes));
        rest.remove_prefix(next);
    }
    return diffs;
}

PlanCommit judge_commit(LogEntry const& entry, std::vector<ClassifiedFile> files, Config const& config) {
    Release release = judge_release(std::move(files), {config, {}, {}});
    settle(release, config);
    PlanCommit commit{entry.id, entry.subject, release.kind, release.phase, release.needs_snapshot};
    commit.code_of_others = release.kind == Kind::migration && release.count(FileClass::code) > 0;
    for (auto& migration : release.migrations) {
        commit.dropped.merge(migration.dropped);
        commit.added.merge(migration.added);
    }
    take_files(commit, release.files);
    for (auto const& finding : release.findings) {
        if (finding.rule == rule::applied_migration) {
            commit.edited_migrations.insert(finding.path);
        }
    }
    return commit;
}

// One service's migrations beside another's code are two steps, in any order: they share no database.
void take_commit(PlanCommit commit, std::vector<PlanCommit>& commits) {
    bool const both = commit.code_of_others;
    PlanCommit code{commit.id, commit.subject, Kind::code};
    commits.push_back(std::move(commit));
    if (both) {
        commits.push_back(std::move(code));
    }
}

Result<PresetsInUse> tools_of_range(Git const& git, Config const& config, Range const& range, Sides sides,
                                    std::vector<std::vector<Change>> const& diffs) {
    TRY_ASSIGN(auto const* presets, built_in_presets());
    PossiblePresets possible(*presets);
    for (auto const& diff : diffs) {
        std::for_each(diff.begin(), diff.end(), [&](Change const& change) { possible.take(change.path); });
    }
    TRY_ASSIGN(auto const changes, git.diff(range.base, range.head));
    return presets_in_use(possible.list(), config, sides, changes);
}

// The first-parent commits of a range, oldest first, each classified and judged.
Result<std::vector<PlanCommit>> read_commits(Git const& git, Config const& config, Range const& range,
                                             Submodules& submodules, bool recurse) {
    TRY_ASSIGN(auto const log, git.run({"log", "--first-parent", "--reverse", "--format=%H%x09%P%x09%s",
                                        range.base + ".." + range.head}));
    auto const entries = read_log(log);
    TRY_ASSIGN(auto diffs, read_diffs(git, entries));
    for (auto& diff : diffs) {
        if (recurse) {
            TRY_ASSIGN(diff, submodules.expand(std::move(diff)));
        }
    }
    TreeSource own_base(git, range.base);
    TreeSource own_head(git, range.head);
    SourceWithSubmodules base(own_base, submodules);
    SourceWithSubmodules head(own_head, submodules);
    TRY_ASSIGN(auto const in_use, tools_of_range(git, config, range, {&base, &head}, diffs));
    std::vector<PlanCommit> commits;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        TRY_ASSIGN(auto files, classify_changes(std::move(diffs[i]), config, in_use, {&base, &head}));
        take_commit(judge_commit(entries[i], std::move(files), config), commits);
    }
    return commits;
}

} // namespace

Result<cli::ExitCode> run_plan(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const config, load_config(options));
    Git const git(context.runner, options.repo);
    TRY_ASSIGN(auto const wanted, plan_range(options.range, context.environment));
    TRY_ASSIGN(auto const range, resolve_range(wanted, git, options.fetch));
    Submodules submodules(context.runner, git.top());
    TRY_ASSIGN(auto const commits, read_commits(git, config, range, submodules, options.recurse));
    CodeSearch search(git, config, options.recurse);
    for (auto const& commit : commits) {
        search.expect(commit.dropped);
        search.expect(commit.added);
    }
    TRY_ASSIGN(auto const plan,
               make_plan(range.base, commits, [&](std::string const& revision, std::string const& name) {
                   return search.find(revision, name);
               }));
    context.out << (options.common.json ? plan_json(plan) : options.mermaid ? plan_mermaid(plan) : plan_text(plan));
    if (!plan.problems.empty()) {
        return static_cast<cli::ExitCode>(k_exit_no);
    }
    return static_cast<cli::ExitCode>(plan.has_unknown && options.strict ? k_exit_unclassified : 0);
}

} // namespace sluice::split_check
