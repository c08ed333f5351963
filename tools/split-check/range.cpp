#include "tools/split-check/range.hpp"

#include "common/log/log.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

constexpr char const* k_name_the_base =
    "Add to the job: split-check --deployed-from gitlab-environment:production, or --deployed with the revision that "
    "runs now, or --initial for the very first release.";

bool is_zero(std::string const& id) { return id.find_first_not_of('0') == std::string::npos; }

Result<RangePlan> explicit_range(std::string const& range) {
    std::size_t const three = range.find("...");
    std::size_t const two = range.find("..");
    std::size_t const points = three != std::string::npos ? 3 : 2;
    if (two == std::string::npos || two == 0 || two + points >= range.size()) {
        return fail(Errc::usage, "'--range " + range + "' is not a range", "Write it as BASE..HEAD.");
    }
    bool const merge_base = three != std::string::npos;
    return RangePlan{merge_base ? BaseKind::merge_base : BaseKind::exact, range.substr(0, two),
                     range.substr(two + points), "--range"};
}

RangePlan gitlab_merge_request(ci::Environment const& environment, std::string const& base) {
    std::string const event = environment.get("CI_MERGE_REQUEST_EVENT_TYPE").value_or("");
    std::string const head = environment.get("CI_COMMIT_SHA").value_or("HEAD");
    if (event == "merged_result" || event == "merge_train") {
        return {BaseKind::first_parent, head, head, "GitLab's merged result"};
    }
    return {BaseKind::exact, base, head, "GitLab's merge request"};
}

RangePlan gitlab_default_branch(ci::Environment const& environment, std::string const& head) {
    RangePlan plan{BaseKind::previous_tag, "", head, "the tag before this commit"};
    plan.warning = "the last tag is taken for what is deployed; name the deployed revision with --deployed";
    std::string const before = environment.get("CI_COMMIT_BEFORE_SHA").value_or("");
    plan.fallback = is_zero(before) ? "" : before;
    return plan;
}

// What GitLab says. Source: GitLab "Predefined CI/CD variables".
RangePlan gitlab_range(ci::Environment const& environment) {
    auto const diff_base = environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA");
    if (diff_base) {
        return gitlab_merge_request(environment, *diff_base);
    }
    std::string const head = environment.get("CI_COMMIT_SHA").value_or("HEAD");
    std::string const main = environment.get("CI_DEFAULT_BRANCH").value_or("main");
    auto const branch = environment.get("CI_COMMIT_BRANCH");
    if (branch && *branch != main) {
        // Not CI_COMMIT_BEFORE_SHA: it would show the last push alone, and a commit of documents would hide the rest.
        return {BaseKind::merge_base, "origin/" + main, head, "where the branch left origin/" + main};
    }
    return gitlab_default_branch(environment, head);
}

// Source: the git plugin's documentation, GIT_PREVIOUS_SUCCESSFUL_COMMIT; the branch source's, CHANGE_TARGET.
Result<RangePlan> jenkins_range(ci::Environment const& environment) {
    std::string const head = environment.get("GIT_COMMIT").value_or("HEAD");
    auto const target = environment.get("CHANGE_TARGET");
    if (target) {
        return RangePlan{BaseKind::merge_base, "origin/" + *target, head, "where the change left origin/" + *target};
    }
    auto const previous = environment.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
    if (previous) {
        RangePlan plan{BaseKind::exact, *previous, head, "Jenkins' last successful build"};
        plan.warning = "the last successful build is taken for what is deployed; name it with --deployed";
        return plan;
    }
    return fail(Errc::unknown, "Jenkins names no earlier revision (first build of the branch)", k_name_the_base);
}

Error not_in_clone(std::string const& name, bool shallow) {
    std::string const hint =
        shallow ? "The clone is shallow. Add to the job: GIT_DEPTH: \"0\" (GitLab), CloneOption with shallow: false "
                  "(Jenkins), or pass --fetch."
                : "It may be gone after a force push. Name the revision that runs now with --deployed.";
    return Error{Errc::unknown, "this clone does not hold '" + name + "'", hint, {}, {}};
}

Error no_merge_base(std::string const& a, std::string const& b, bool shallow) {
    Error error = not_in_clone(a, shallow);
    error.message = "there is no common ancestor of '" + a + "' and '" + b + "' in this clone";
    return error;
}

// First the exact commit, which servers give when asked; then more and more history. git locks the file that says how
// deep a clone is, so that two jobs on one clone do not hurt each other.
Result<void> fetch_commit(Git const& git, std::string const& name) {
    std::string const wanted = name.starts_with("origin/") ? name.substr(7) : name;
    std::string const target =
        name.starts_with("origin/") ? "+refs/heads/" + wanted + ":refs/remotes/origin/" + wanted : wanted;
    TRY_ASSIGN(auto const outcome, git.attempt({"fetch", "--quiet", "origin", "--end-of-options", target}));
    log::info("fetched", {{"what", wanted}, {"succeeded", outcome.succeeded() ? "yes" : "no"}});
    return {};
}

Result<std::optional<std::string>> deepened_merge_base(Git const& git, std::string const& a, std::string const& b) {
    // 50 commits more, then twice as many each time: 12 rounds reach 200,000 commits.
    constexpr int rounds = 12;
    int depth = 50;
    TRY_ASSIGN(auto found, git.merge_base(a, b));
    for (int round = 0; round < rounds && !found; ++round) {
        TRY_ASSIGN(bool const shallow, git.is_shallow());
        if (!shallow) {
            break;
        }
        TRY_ASSIGN(auto const outcome,
                   git.attempt({"fetch", "--quiet", "--deepen=" + std::to_string(depth), "origin"}));
        if (!outcome.succeeded()) {
            break;
        }
        depth *= 2;
        TRY_ASSIGN(found, git.merge_base(a, b));
    }
    return found;
}

Result<std::string> needed_commit(Git const& git, std::string const& name, bool fetch) {
    TRY_ASSIGN(auto id, git.commit(name));
    if (!id && fetch) {
        TRY(fetch_commit(git, name));
        TRY_ASSIGN(id, git.commit(name));
        if (!id) {
            TRY(git.attempt({"fetch", "--quiet", "--unshallow", "--tags", "origin"}).map([](auto const&) {}));
            TRY_ASSIGN(id, git.commit(name));
        }
    }
    if (!id) {
        TRY_ASSIGN(bool const shallow, git.is_shallow());
        return tl::unexpected<Error>(not_in_clone(name, shallow));
    }
    return *id;
}

Result<std::string> merge_base_of(RangePlan const& plan, Git const& git, std::string const& head, bool fetch) {
    TRY_ASSIGN(auto const base, needed_commit(git, plan.base, fetch));
    TRY_ASSIGN(auto const found, fetch ? deepened_merge_base(git, base, head) : git.merge_base(base, head));
    if (!found) {
        TRY_ASSIGN(bool const shallow, git.is_shallow());
        return tl::unexpected<Error>(no_merge_base(plan.base, plan.head, shallow));
    }
    return *found;
}

Result<std::string> previous_tag(RangePlan const& plan, Git const& git, std::string const& head, bool fetch) {
    TRY_ASSIGN(auto const outcome, git.attempt({"describe", "--tags", "--abbrev=0", head + "^"}));
    std::string tag = outcome.output.substr(0, outcome.output.find('\n'));
    if (outcome.succeeded() && !tag.empty()) {
        return needed_commit(git, tag, fetch);
    }
    if (!plan.fallback.empty()) {
        log::warning("no tag before this commit; the state before the push is taken", {{"base", plan.fallback}});
        return needed_commit(git, plan.fallback, fetch);
    }
    TRY_ASSIGN(bool const shallow, git.is_shallow());
    return fail(Errc::unknown, "nothing says which revision is deployed: there is no tag before this commit",
                shallow ? not_in_clone("", true).hint : k_name_the_base);
}

Result<std::string> base_of(RangePlan const& plan, Git const& git, std::string const& head, bool fetch) {
    switch (plan.kind) {
    case BaseKind::exact: return needed_commit(git, plan.base, fetch);
    case BaseKind::merge_base: return merge_base_of(plan, git, head, fetch);
    case BaseKind::first_parent: return needed_commit(git, head + "^1", fetch);
    case BaseKind::previous_tag: return previous_tag(plan, git, head, fetch);
    case BaseKind::nothing: break;
    }
    return std::string(k_empty_tree);
}

} // namespace

Result<RangePlan> plan_range(RangeRequest const& request, ci::Environment const& environment) {
    std::string const head = request.head.empty() ? "HEAD" : request.head;
    if (request.initial) {
        return RangePlan{BaseKind::nothing, "", head, "--initial"};
    }
    if (!request.range.empty()) {
        return explicit_range(request.range);
    }
    if (!request.deployed.empty()) {
        if (is_zero(request.deployed)) {
            return fail(Errc::unknown, "the deployed revision is all zeros, which names none", k_name_the_base);
        }
        return RangePlan{BaseKind::exact, request.deployed, head, "the deployed revision"};
    }
    if (environment.get("GITLAB_CI")) {
        return gitlab_range(environment);
    }
    if (environment.get("JENKINS_URL")) {
        return jenkins_range(environment);
    }
    return fail(Errc::unknown, "no range is given and this is no CI job",
                "Give one, such as --range origin/main...HEAD, or the revision that runs now with --deployed.");
}

Result<Range> resolve_range(RangePlan const& plan, Git const& git, bool fetch) {
    if (!plan.warning.empty()) {
        log::warning(plan.warning);
    }
    if (plan.kind == BaseKind::exact) {
        TRY_ASSIGN(auto ends, git.commits({plan.base, plan.head}));
        if (ends[0] && ends[1]) {
            return Range{*std::move(ends[0]), *std::move(ends[1]), plan.from, false};
        }
    }
    TRY_ASSIGN(auto head, needed_commit(git, plan.head, fetch));
    TRY_ASSIGN(auto base, base_of(plan, git, head, fetch));
    return Range{std::move(base), std::move(head), plan.from, plan.kind == BaseKind::nothing};
}

} // namespace sluice::split_check
