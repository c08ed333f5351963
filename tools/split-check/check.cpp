#include "tools/split-check/check.hpp"

#include "common/log/log.hpp"
#include "tools/split-check/change_list.hpp"
#include "tools/split-check/classify_release.hpp"
#include "tools/split-check/deployed_code.hpp"
#include "tools/split-check/gather_waivers.hpp"
#include "tools/split-check/submodules.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <ostream>

namespace sluice::split_check {

namespace {

Result<Range> find_range(Options const& options, Git const& git, cli::Context& context) {
    RangeRequest request = options.range;
    if (options.deployed_from.kind != DeployedSource::Kind::none) {
        TRY_ASSIGN(request.deployed,
                   deployed_revision(options.deployed_from, context.runner, git, context.environment));
    }
    TRY_ASSIGN(auto const plan, plan_range(request, context.environment));
    return resolve_range(plan, git, options.fetch);
}

void name_renames(std::vector<ClassifiedFile>& files, Git const& git, Range const& range) {
    bool const moved = std::any_of(files.begin(), files.end(), [](ClassifiedFile const& file) {
        return file.change.status == 'D' && file.file_class == FileClass::migration;
    });
    if (!moved) {
        return;
    }
    // Only the texts say "renamed", so a failure here costs a word and no verdict.
    for (auto const& [from, to] :
         git.renames(range.base, range.head).value_or(std::vector<std::pair<std::string, std::string>>{})) {
        for (auto& file : files) {
            file.change.renamed_from = file.change.path == to ? from : file.change.renamed_from;
        }
    }
}

bool adds_ordered_migration(std::vector<ClassifiedFile> const& files) {
    return std::any_of(files.begin(), files.end(), [](ClassifiedFile const& file) {
        return file.change.status == 'A' && file.file_class == FileClass::migration;
    });
}

Error as_usage(Error error) {
    error.kind = Errc::usage;
    return error;
}

Result<void> finish_release(Release& release, Git const* git, Range const& range, std::vector<Waiver> trailers,
                            Config const& config, Options const& options, cli::Context& context) {
    release.base = range.base;
    release.head = range.head;
    release.range_from = range.from;
    release.initial = range.initial;
    if (git != nullptr && !range.initial) {
        CodeSearch search(*git, config, options.recurse);
        TRY(hold_against_code(release.findings, range.base, search));
    }
    settle(release, config);
    TRY_ASSIGN(auto waivers, stated_waivers(release, options, context));
    std::move(trailers.begin(), trailers.end(), std::back_inserter(waivers));
    apply_waivers(release, waivers, config, context.clock.wall_now());
    settle(release, config);
    return {};
}

// While git still looks for differences, it may list the head for those found already.
Result<std::vector<ClassifiedFile>> classify_range(Git const& git, Range const& range, TreeSource& head,
                                                   Config const& config) {
    TRY_ASSIGN(auto const* presets, built_in_presets());
    PossiblePresets possible(*presets);
    TRY_ASSIGN(auto changes, git.diff(range.base, range.head, [&](Change const& change) {
        possible.take(change.path);
        if (possible.need_trees()) {
            head.expect_listing();
        }
    }));
    TreeSource base(git, range.base);
    TRY_ASSIGN(auto const in_use, presets_in_use(possible.list(), config, {&base, &head}, changes));
    return classify_changes(std::move(changes), config, in_use, {&base, &head});
}

Result<std::vector<ClassifiedFile>> classify_with_submodules(Git const& git, Range const& range, TreeSource& head,
                                                             Config const& config, process::Runner& runner) {
    Submodules submodules(runner, git.top());
    TRY_ASSIGN(auto own, git.diff(range.base, range.head));
    TRY_ASSIGN(auto changes, submodules.expand(std::move(own)));
    TreeSource base(git, range.base);
    SourceWithSubmodules whole_head(head, submodules);
    SourceWithSubmodules whole_base(base, submodules);
    return classify_release(std::move(changes), config, {&whole_base, &whole_head});
}

Result<Release> judge_range(Options const& options, Config const& config, cli::Context& context) {
    Git const git(context.runner, options.repo);
    TRY_ASSIGN(auto const range, find_range(options, git, context));
    auto trailers = std::async(std::launch::async, [&] { return trailer_waivers(git, range); });
    TreeSource head(git, range.head);
    TRY_ASSIGN(auto files, options.recurse ? classify_with_submodules(git, range, head, config, context.runner)
                                           : classify_range(git, range, head, config));
    name_renames(files, git, range);
    std::vector<FileRef> base_files;
    if (!range.initial && adds_ordered_migration(files)) {
        TRY_ASSIGN(auto const* listed, head.files());
        base_files = numbered_files_before(files, *listed);
    }
    auto const rendered = render_migrations(files, config, range, options, context);
    Release release = judge_release(std::move(files), {config, base_files, rendered});
    TRY_ASSIGN(auto waivers, trailers.get());
    TRY(finish_release(release, &git, range, std::move(waivers), config, options, context));
    return release;
}

Result<Release> judge_list(Options const& options, Config const& config, cli::Context& context) {
    TRY_ASSIGN(auto const text, read_file(options.files_from == "-" ? "/dev/stdin" : options.files_from));
    FolderSource head(options.repo);
    TRY_ASSIGN(auto files, classify_release(parse_change_list(text), config, {nullptr, &head}));
    Range const range{"", "", "a list of files", false};
    auto const rendered = render_migrations(files, config, range, options, context);
    Release release = judge_release(std::move(files), {config, {}, rendered});
    TRY(finish_release(release, nullptr, range, {}, config, options, context));
    return release;
}

Result<Release> judge(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const config, load_config(options));
    TRY_ASSIGN(auto release, options.files_from.empty() ? judge_range(options, config, context)
                                                        : judge_list(options, config, context));
    expect_pipeline(release, options.expect, options.strict);
    return release;
}

// What the reports say when there is no answer: nothing in them may read as yes.
Release no_answer(Error const& error) {
    Release release;
    release.kind = Kind::unknown;
    release.phase = Phase::unknown;
    release.safety = Safety::unknown;
    release.range_from = error.message;
    release.failed_with = cli::exit_status_of(error.kind, 0);
    Finding finding;
    finding.rule = rule::no_answer;
    finding.safety = Safety::unknown;
    finding.phase = Phase::unknown;
    // Readers want a file to show it at; the configuration is where its cure may be.
    finding.path = ".split-check/config.json";
    finding.message = error.message + ": " + std::string(rule_of(rule::no_answer).harm);
    finding.advice = error.hint.empty() ? std::string(rule_of(rule::no_answer).advice) : error.hint;
    finding.statement = "no answer";
    release.findings.push_back(std::move(finding));
    return release;
}

} // namespace

Result<Config> load_config(Options const& options) {
    std::string const path = options.config.empty() ? in_repo(options, ".split-check/config.json") : options.config;
    std::error_code ignored;
    Config config;
    if (!options.config.empty() || std::filesystem::exists(path, ignored)) {
        TRY_ASSIGN(auto const text, read_file(path).map_error(as_usage));
        TRY_ASSIGN(config, parse_config(text, path).map_error(as_usage));
    }
    config.postgres_version = options.postgres_version == 0 ? config.postgres_version : options.postgres_version;
    return config;
}

Result<cli::ExitCode> run_check(Options const& options, cli::Context& context) {
    auto const release = judge(options, context);
    if (!release) {
        auto const written = write_reports(no_answer(release.error()), options);
        if (!written) {
            log::warning("a report was not written", {{"why", written.error().message}});
        }
        return tl::unexpected<Error>(release.error());
    }
    TRY(publish(*release, options, context));
    return static_cast<cli::ExitCode>(exit_status(*release, options.strict));
}

} // namespace sluice::split_check
