#include "common/ci_server/gitlab.hpp"
#include "common/ci_server/jenkins.hpp"
#include "tools/gate-wait/doubt.hpp"

namespace sluice::gate_wait {

namespace {

using ci_server::Api;

// New states come with new versions of GitLab: whatever is not known goes on waiting, and is never done.
Observation judge(ci_server::GitlabJob const& job) {
    std::string const what = "job '" + job.name + "' is " + job.status;
    if (job.status == "success") {
        return saw_open(what);
    }
    bool const ended = job.status == "failed" || job.status == "canceled" || job.status == "skipped";
    return ended ? for_good(saw_closed(what)) : saw_closed(what);
}

Observation judge(ci_server::JenkinsBuild const& build) {
    if (build.building) {
        return saw_closed("the build runs");
    }
    if (build.result == "SUCCESS") {
        return saw_open("the build ended with SUCCESS");
    }
    return build.result.empty() ? saw_nothing("the build has ended without a result")
                                : for_good(saw_closed("the build ended with " + build.result));
}

class GitlabJobAsker final : public Asker {
  public:
    GitlabJobAsker(GitlabJobCondition spec, Condition const& all, Surroundings& around)
        : m_spec(std::move(spec)), m_api(around.http, m_spec.server, all.timeout, around.stopped) {}

    Observation ask() override {
        auto const job = ci_server::find_job(m_api, m_spec.project, m_spec.pipeline, m_spec.job);
        Observation seen;
        if (!job) {
            seen = doubt_of(job.error());
        } else if (*job) {
            seen = judge(**job);
            m_was_there = true;
        } else {
            std::string const what = "pipeline " + m_spec.pipeline + " has no job '" + m_spec.job + "'";
            seen = m_was_there ? for_good(saw_closed(what + " any more")) : saw_closed(what + " yet");
        }
        seen.source = m_api.url();
        return seen;
    }

  private:
    GitlabJobCondition m_spec;
    Api m_api;
    bool m_was_there = false;
};

class JenkinsBuildAsker final : public Asker {
  public:
    JenkinsBuildAsker(JenkinsBuildCondition const& spec, Condition const& all, Surroundings& around)
        : m_api(around.http, spec.server, all.timeout, around.stopped) {}

    Observation ask() override {
        auto const build = ci_server::read_build(m_api);
        Observation seen = build ? judge(*build) : doubt_of(build.error());
        if (!build && build.error().kind == ci_server::Trouble::Kind::missing && m_was_there) {
            seen = for_good(saw_closed("the build is gone"));
        }
        m_was_there = m_was_there || build.has_value();
        seen.source = m_api.url();
        return seen;
    }

  private:
    Api m_api;
    bool m_was_there = false;
};

} // namespace

std::unique_ptr<Asker> asker_of(GitlabJobCondition const& spec, Condition const& all, Surroundings& around) {
    return std::make_unique<GitlabJobAsker>(spec, all, around);
}

std::unique_ptr<Asker> asker_of(JenkinsBuildCondition const& spec, Condition const& all, Surroundings& around) {
    return std::make_unique<JenkinsBuildAsker>(spec, all, around);
}

} // namespace sluice::gate_wait
