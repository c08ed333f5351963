#include "common/ci_server/gitlab.hpp"
#include "common/ci_server/jenkins.hpp"
#include "tools/gate-wait/approval_judgement.hpp"
#include "tools/gate-wait/doubt.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

using ci_server::Api;

Observation final_no(std::string what) { return for_good(saw_closed(std::move(what))); }

// ---- GitLab: deployment
// ----------------------------------------------------------------------------------------------

std::vector<Approval> words_of(ci_server::GitlabDeployment const& deployment) {
    std::vector<Approval> words;
    for (auto const& one : *deployment.approvals) {
        words.push_back({"gitlab", one.user, one.status, one.at, one.comment});
    }
    return words;
}

Observation judge_deployment(ApprovalRules const& rules, Subject const& subject,
                             std::optional<ci_server::GitlabDeployment> const& deployment, time::Wall now) {
    if (!deployment) {
        return saw_closed("no deployment of " + subject.revision + " to " + subject.environment + " yet");
    }
    std::string const which = "deployment " + std::to_string(deployment->id) + " (" + deployment->status + "): ";
    if (!deployment->approvals || !deployment->pending_approvals) {
        return for_good(
            saw_nothing(which + "the server does not say who approved",
                        R"(Deployment approvals are a part of GitLab Premium; use "gitlab-job" or "store".)"));
    }
    auto seen = judge_approvals(rules, subject, words_of(*deployment), now);
    seen.observed = which + seen.observed;
    if (seen.rejected) {
        return seen;
    }
    if (deployment->status == "canceled" || deployment->status == "failed" || deployment->status == "skipped") {
        auto ended = final_no(which + "it ended");
        ended.approvals = seen.approvals;
        return ended;
    }
    if (*deployment->pending_approvals > 0 && seen.truth == Truth::open) {
        seen.truth = Truth::closed;
        seen.observed += "; the server waits for " + std::to_string(*deployment->pending_approvals) + " more";
    }
    return seen;
}

// ---- GitLab: manual job
// ----------------------------------------------------------------------------------------------

Observation judge_job(ApprovalRules const& rules, Subject const& subject, GitlabJobApproval const& by,
                      std::optional<ci_server::GitlabJob> const& job, time::Wall now) {
    if (!job) {
        return saw_closed("pipeline " + by.pipeline + " has no job '" + by.job + "' yet");
    }
    std::string const which = "job '" + job->name + "' is " + job->status;
    if (job->sha.empty()) {
        return for_good(saw_nothing(which + "; the server does not say of which revision"));
    }
    if (job->sha != subject.revision) {
        return final_no(which + ", but of revision " + job->sha);
    }
    if (job->status == "canceled" || job->status == "canceling") {
        return judge_approvals(rules, subject, {{"gitlab", job->user, "rejected", job->started, which}}, now);
    }
    if (job->status == "failed" || job->status == "skipped") {
        return final_no(which);
    }
    if (job->status != "success") {
        return saw_closed(which);
    }
    auto seen = judge_approvals(rules, subject, {{"gitlab", job->user, "approved", job->started, job->url}}, now);
    seen.observed = which + ": " + seen.observed;
    return seen;
}

// ---- Jenkins: input
// --------------------------------------------------------------------------------------------------

// Jenkins keeps no time of the answer. The build's own start is certainly not after it.
Observation judge_build(ApprovalRules const& rules, Subject const& subject, JenkinsInputApproval const& by,
                        ci_server::JenkinsBuild const& build, std::vector<std::string> const& pending, time::Wall now) {
    auto const& revisions = build.revisions;
    if (revisions.empty()) {
        return for_good(saw_nothing("the build does not say which revision it has",
                                    "Only builds that check out with the git plugin can be told apart."));
    }
    if (std::find(revisions.begin(), revisions.end(), subject.revision) == revisions.end()) {
        return final_no("the build has revision " + revisions.front() + ", not " + subject.revision);
    }
    if (build.result == "ABORTED") {
        auto seen = final_no("the build was aborted");
        seen.rejected = true;
        return seen;
    }
    std::string const id = ci_server::input_id(by.input);
    if (std::find(pending.begin(), pending.end(), id) != pending.end()) {
        return saw_closed("input '" + id + "' waits for somebody");
    }
    if (build.approvers.size() < by.position) {
        return build.building ? saw_closed("input '" + id + "' was not answered yet")
                              : final_no("the build ended (" + build.result + ") without an answer to '" + id + "'");
    }
    if (rules.max_age && (!build.started || now - *build.started > *rules.max_age)) {
        return saw_nothing(R"(approved, but Jenkins does not say when, and the build began longer ago than "max_age")");
    }
    return judge_approvals(rules, subject,
                           {{"jenkins", build.approvers.at(by.position - 1), "approved", build.started, "input " + id}},
                           now);
}

// ---- asking
// ----------------------------------------------------------------------------------------------------------

ci_server::Answer<Observation> look(Api& api, GitlabDeploymentApproval const& by, ApprovalRules const& rules,
                                    Surroundings const& around) {
    auto const deployment =
        ci_server::find_deployment(api, by.project, around.subject.environment, around.subject.revision);
    if (!deployment) {
        return tl::unexpected<ci_server::Trouble>(deployment.error());
    }
    return judge_deployment(rules, around.subject, *deployment, around.clock.wall_now());
}

ci_server::Answer<Observation> look(Api& api, GitlabJobApproval const& by, ApprovalRules const& rules,
                                    Surroundings const& around) {
    auto const job = ci_server::find_job(api, by.project, by.pipeline, by.job);
    if (!job) {
        return tl::unexpected<ci_server::Trouble>(job.error());
    }
    return judge_job(rules, around.subject, by, *job, around.clock.wall_now());
}

// The inputs first: one that is answered in between then still counts as pending.
ci_server::Answer<Observation> look(Api& api, JenkinsInputApproval const& by, ApprovalRules const& rules,
                                    Surroundings const& around) {
    auto const pending = ci_server::pending_inputs(api);
    if (!pending) {
        return tl::unexpected<ci_server::Trouble>(pending.error());
    }
    auto const build = ci_server::read_build(api);
    if (!build) {
        return tl::unexpected<ci_server::Trouble>(build.error());
    }
    return judge_build(rules, around.subject, by, *build, *pending, around.clock.wall_now());
}

template <class By>
std::unique_ptr<Asker> server_asker(By const& by, ApprovalRules const& rules, Condition const& all,
                                    Surroundings& around) {
    auto const api = std::make_shared<Api>(around.http, by.server, all.timeout, around.stopped);
    return asking([by, rules, api, &around] {
        auto seen = look(*api, by, rules, around);
        auto const doubt = doubt_of_clock(*api, around);
        Observation answer = !seen ? doubt_of(seen.error()) : *std::move(seen);
        if (doubt && answer.truth == Truth::open) {
            answer = *doubt;
        }
        answer.source = api->url();
        return answer;
    });
}

} // namespace

std::unique_ptr<Asker> asker_of(ApprovalCondition const& spec, Condition const& all, Surroundings& around) {
    if (auto const* store = std::get_if<StoreApproval>(&spec.by)) {
        return asker_of(*store, spec.rules, around);
    }
    if (auto const* deployment = std::get_if<GitlabDeploymentApproval>(&spec.by)) {
        return server_asker(*deployment, spec.rules, all, around);
    }
    if (auto const* job = std::get_if<GitlabJobApproval>(&spec.by)) {
        return server_asker(*job, spec.rules, all, around);
    }
    return server_asker(std::get<JenkinsInputApproval>(spec.by), spec.rules, all, around);
}

} // namespace sluice::gate_wait
