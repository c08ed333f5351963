#include "common/config/secrets.hpp"
#include "common/log/redact.hpp"
#include "tools/gate-wait/condition_reading.hpp"

namespace sluice::gate_wait {

namespace {

using config::Exposure;
using json::ObjectReader;

// A token comes from outside; one that stands in the file would be in every clone of the repository.
Result<std::string> read_token(ReadingContext const& context, ObjectReader& reader) {
    auto const raw = reader.required<std::string>("token");
    std::string const path = reader.path_of("token");
    bool const from_outside = (raw.starts_with("${env:") || raw.starts_with("${file:")) && raw.ends_with('}');
    if (!raw.empty() && !from_outside) {
        return context.wrong(path, "a token does not belong into a file",
                             R"(Write "${env:VARIABLE}" or "${file:PATH}".)");
    }
    TRY_ASSIGN(auto token, context.file.expand(raw, path, Exposure::hidden));
    log::remember_secret(token);
    return token;
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t bits = 0;
        std::size_t const count = std::min<std::size_t>(3, bytes.size() - at);
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8U | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out += i <= count ? digits[bits >> (18U - 6U * i) & 63U] : '=';
        }
    }
    return out;
}

Result<void> read_gitlab(ReadingContext& context, Json const& value) {
    auto reader = context.file.object(value, "/gitlab");
    ci_server::Server server;
    TRY_ASSIGN(auto const url, context.file.text(reader, "url"));
    TRY_ASSIGN(auto const project, context.file.text(reader, "project"));
    TRY_ASSIGN(auto const ca_file, context.file.text(reader, "ca_file"));
    auto const header = reader.optional<std::string>("header").value_or("PRIVATE-TOKEN");
    TRY_ASSIGN(auto const token, read_token(context, reader));
    TRY(reader.finish());
    server.url = without_slash(url.value_or(context.environment.get("CI_API_V4_URL").value_or("")));
    context.gitlab_project = project.value_or(context.environment.get("CI_PROJECT_ID").value_or(""));
    if (server.url.empty() || context.gitlab_project.empty()) {
        return context.wrong("/gitlab", "the GitLab server or project is not known",
                             R"(Write "url" (…/api/v4) and "project"; a GitLab job has both in its variables.)");
    }
    TRY(context.at(url ? "/gitlab/url" : "/gitlab", ci_server::check_url(server.url)));
    if (header != "PRIVATE-TOKEN" && header != "JOB-TOKEN") {
        return context.wrong("/gitlab/header", "'header' is PRIVATE-TOKEN or JOB-TOKEN");
    }
    server.headers = {{header, token}};
    server.tls.ca_file = ca_file.value_or("");
    context.gitlab_job_token = header == "JOB-TOKEN";
    context.gitlab = std::move(server);
    return {};
}

Result<void> read_jenkins(ReadingContext& context, Json const& value) {
    auto reader = context.file.object(value, "/jenkins");
    ci_server::Server server;
    TRY_ASSIGN(auto const user, read_text(context, reader, "user"));
    TRY_ASSIGN(auto const token, read_token(context, reader));
    TRY_ASSIGN(auto const ca_file, context.file.text(reader, "ca_file"));
    TRY(reader.finish());
    server.headers = {{"Authorization", "Basic " + base64(user + ":" + token)}};
    config::remember_basic_login(server.headers);
    server.tls.ca_file = ca_file.value_or("");
    context.jenkins = std::move(server);
    return {};
}

Result<ci_server::Server> gitlab_of(ReadingContext const& context, std::string const& path, bool job_token_reaches) {
    if (!context.gitlab) {
        return context.wrong(path, "this asks GitLab, and the file does not say where that is",
                             R"(Add "gitlab": {"token": "${env:GITLAB_READ_TOKEN}"} beside "conditions".)");
    }
    if (context.gitlab_job_token && !job_token_reaches) {
        return context.wrong(path, "a job token does not reach this part of GitLab's API",
                             "Give a project access token with the scope read_api as PRIVATE-TOKEN.");
    }
    return *context.gitlab;
}

Result<ci_server::Server> jenkins_of(ReadingContext const& context, ObjectReader& reader) {
    TRY_ASSIGN(auto const build, context.file.text(reader, "build"));
    std::string const url = without_slash(build.value_or(context.environment.get("BUILD_URL").value_or("")));
    std::string const path = reader.path_of("build");
    if (!context.jenkins) {
        return context.wrong(path, "this asks Jenkins, and the file does not say as whom",
                             R"(Add "jenkins": {"user": "…", "token": "${env:JENKINS_TOKEN}"} beside "conditions".)");
    }
    if (url.empty()) {
        return context.wrong(path, "the build is not known", R"(Write "build", the URL of a build.)");
    }
    TRY(context.at(path, ci_server::check_url(url)));
    ci_server::Server server = *context.jenkins;
    server.url = url;
    return server;
}

Result<std::string> pipeline_of(ReadingContext const& context, ObjectReader& reader) {
    TRY_ASSIGN(auto const pipeline, context.file.text(reader, "pipeline"));
    std::string id = pipeline.value_or(context.environment.get("CI_PIPELINE_ID").value_or(""));
    if (id.empty()) {
        return context.wrong(reader.path_of("pipeline"), "the pipeline is not known", R"(Write "pipeline", its id.)");
    }
    return id;
}

Result<StoreApproval> read_store_approval(ReadingContext const& context, ObjectReader& reader) {
    StoreApproval by;
    TRY_ASSIGN(by.store, read_store(context, reader));
    TRY_ASSIGN(auto const gate, context.file.text(reader, "gate"));
    by.gate = gate.value_or(context.gate);
    return by;
}

Result<GitlabJobApproval> read_job_approval(ReadingContext const& context, ObjectReader& reader) {
    GitlabJobApproval by;
    TRY_ASSIGN(by.server, gitlab_of(context, reader.path_of("system"), false));
    by.project = context.gitlab_project;
    TRY_ASSIGN(by.pipeline, pipeline_of(context, reader));
    TRY_ASSIGN(by.job, read_text(context, reader, "job"));
    return by;
}

Result<JenkinsInputApproval> read_input_approval(ReadingContext const& context, ObjectReader& reader) {
    JenkinsInputApproval by;
    TRY_ASSIGN(by.server, jenkins_of(context, reader));
    TRY_ASSIGN(by.input, read_text(context, reader, "input"));
    by.position = reader.optional<std::size_t>("position").value_or(1);
    if (by.position == 0) {
        return context.wrong(reader.path_of("position"), "the first input of a build has position 1");
    }
    return by;
}

} // namespace

Result<void> read_servers(ReadingContext& context, ObjectReader& document) {
    if (Json const* const gitlab = document.find("gitlab")) {
        TRY(read_gitlab(context, *gitlab));
    }
    if (Json const* const jenkins = document.find("jenkins")) {
        TRY(read_jenkins(context, *jenkins));
    }
    return {};
}

Result<ApprovalCondition> read_approval(ReadingContext const& context, ObjectReader& reader) {
    ApprovalCondition approval;
    TRY_ASSIGN(auto const system,
               read_choice(context, reader, "system", {"store", "gitlab-deployment", "gitlab-job", "jenkins-input"}));
    approval.rules.quorum = reader.optional<unsigned>("quorum").value_or(1);
    approval.rules.allowed = reader.optional<std::vector<std::string>>("allowed").value_or(std::vector<std::string>{});
    approval.rules.triggerer_may = reader.optional<bool>("allow_triggerer").value_or(false);
    TRY_ASSIGN(approval.rules.max_age, context.file.duration(reader, "max_age"));
    auto const& rules = approval.rules;
    if (rules.quorum == 0 || (!rules.allowed.empty() && rules.quorum > rules.allowed.size())) {
        return context.wrong(reader.path_of("quorum"), "the quorum can't be reached, or needs nobody",
                             "Write a number from 1 to the number of allowed names.");
    }
    switch (system) {
    case 0: {
        TRY_ASSIGN(approval.by, read_store_approval(context, reader));
        break;
    }
    case 1: {
        TRY_ASSIGN(auto server, gitlab_of(context, reader.path_of("system"), true));
        approval.by = GitlabDeploymentApproval{std::move(server), context.gitlab_project};
        break;
    }
    case 2: {
        TRY_ASSIGN(approval.by, read_job_approval(context, reader));
        break;
    }
    default: {
        TRY_ASSIGN(approval.by, read_input_approval(context, reader));
        break;
    }
    }
    bool const one_person = system == 2 || system == 3;
    if (one_person && rules.quorum > 1) {
        return context.wrong(reader.path_of("quorum"), "one job, or one input, is answered by one person",
                             "Ask for the others with further conditions.");
    }
    return approval;
}

Result<ConditionSpec> read_job(ReadingContext const& context, ObjectReader& reader) {
    TRY_ASSIGN(auto const system, read_choice(context, reader, "system", {"gitlab", "jenkins"}));
    if (system == 1) {
        TRY_ASSIGN(auto server, jenkins_of(context, reader));
        return ConditionSpec{JenkinsBuildCondition{std::move(server)}};
    }
    GitlabJobCondition job;
    TRY_ASSIGN(job.server, gitlab_of(context, reader.path_of("system"), false));
    job.project = context.gitlab_project;
    TRY_ASSIGN(job.pipeline, pipeline_of(context, reader));
    TRY_ASSIGN(job.job, read_text(context, reader, "job"));
    return ConditionSpec{std::move(job)};
}

Result<ConditionSpec> read_freeze(ReadingContext const& context, ObjectReader& reader) {
    TRY_ASSIGN(auto server, gitlab_of(context, reader.path_of("type"), false));
    return ConditionSpec{FreezeCondition{std::move(server), context.gitlab_project}};
}

} // namespace sluice::gate_wait
