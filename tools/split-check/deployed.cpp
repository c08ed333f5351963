#include "tools/split-check/deployed.hpp"

#include "common/encoding/percent.hpp"
#include "common/json/json.hpp"
#include "common/log/redact.hpp"

#include <algorithm>
#include <array>

namespace sluice::split_check {

namespace {

// A value in curl's configuration file. Source: curl(1), --config.
std::string quoted(std::string const& text) {
    std::string value = "\"";
    for (char const c : text) {
        value += c == '"' || c == '\\' ? std::string("\\") + c : c == '\n' || c == '\r' ? "" : std::string(1, c);
    }
    return value + "\"";
}

Result<std::string> variable(ci::Environment const& environment, std::string const& name) {
    auto value = environment.get(name);
    if (!value) {
        return fail(Errc::unknown, "'" + name + "' is not set, so GitLab cannot be asked what is deployed",
                    "Run it in a GitLab job, or pass the revision with --deployed.");
    }
    return *std::move(value);
}

Result<std::string> token_header(ci::Environment const& environment) {
    constexpr std::array<std::pair<char const*, char const*>, 2> known{
        {{"SLUICE_GITLAB_TOKEN", "PRIVATE-TOKEN"}, {"CI_JOB_TOKEN", "JOB-TOKEN"}}};
    for (auto const& [name, header] : known) {
        auto const token = environment.get(name);
        if (token) {
            log::remember_secret(*token);
            return std::string(header) + ": " + *token;
        }
    }
    return fail(Errc::unknown, "there is no token to ask GitLab with",
                "Set SLUICE_GITLAB_TOKEN to a token with read_api, as a masked variable.");
}

// curl's own words for the answer. Source: curl(1), --fail and exit code 22.
std::string hint_for(std::string const& said) {
    auto const answered = [&](char const* code) {
        return said.find(std::string("returned error: ") + code) != std::string::npos;
    };
    if (answered("401") || answered("403")) {
        return "A job token may not read deployments of every project: set SLUICE_GITLAB_TOKEN to a token with "
               "read_api.";
    }
    if (answered("404")) {
        return "GitLab hides what a token may not see: check CI_PROJECT_ID, and that the token may read the project.";
    }
    return "Run the job again once GitLab answers, or pass the revision with --deployed.";
}

Result<std::string> ask_gitlab(std::string const& environment_name, process::Runner& runner,
                               ci::Environment const& environment) {
    TRY_ASSIGN(auto const api, variable(environment, "CI_API_V4_URL"));
    TRY_ASSIGN(auto const project, variable(environment, "CI_PROJECT_ID"));
    TRY_ASSIGN(auto const header, token_header(environment));
    std::string const url = api + "/projects/" + encoding::percent_encoded(project) +
                            "/deployments?environment=" + encoding::percent_encoded(environment_name) +
                            "&status=success&order_by=id&sort=desc&per_page=1";
    // Without the user's own configuration; at most half a minute in all, with two more tries for a server that is
    // busy.
    process::Command command{{"curl", "--disable", "--silent", "--show-error", "--fail", "--max-time", "15", "--retry",
                              "2", "--retry-max-time", "16", "--config", "-"}};
    command.input = "url = " + quoted(url) + "\nheader = " + quoted(header) + "\n";
    auto outcome = runner.run(command);
    if (!outcome) {
        return tl::unexpected<Error>(outcome.error());
    }
    if (!outcome->succeeded()) {
        Error error = process::failure_of(command, *outcome);
        error.kind = Errc::unknown;
        error.hint = hint_for(outcome->error_output);
        return tl::unexpected<Error>(std::move(error));
    }
    return std::move(outcome->output);
}

// What goes on to git must be nothing else.
bool is_commit_name(std::string const& text) {
    return text.find_first_not_of("0123456789abcdef") == std::string::npos &&
           text.find_first_not_of('0') != std::string::npos;
}

Result<std::string> gitlab_revision(std::string const& name, process::Runner& runner,
                                    ci::Environment const& environment) {
    TRY_ASSIGN(auto const answer, ask_gitlab(name, runner, environment));
    auto const document = json::parse(answer, "GitLab's answer");
    bool const list = document && document->is_array();
    if (!list) {
        return fail(Errc::unknown, "GitLab's answer about '" + name + "' is not a list of deployments");
    }
    if (document->empty()) {
        return fail(Errc::unknown, "nothing was ever deployed to environment '" + name + "'",
                    "Check the name, or pass --initial for the very first release.");
    }
    Json const& first = (*document)[0];
    bool const has_sha = first.is_object() && first.contains("sha") && first["sha"].is_string();
    if (!has_sha || !is_commit_name(first["sha"].get<std::string>())) {
        return fail(Errc::unknown, "GitLab's answer about '" + name + "' names no revision");
    }
    return first["sha"].get<std::string>();
}

Result<std::string> newest_tag(std::string const& pattern, Git const& git) {
    TRY_ASSIGN(auto const outcome, git.attempt({"describe", "--tags", "--abbrev=0", "--match", pattern, "HEAD"}));
    std::string tag = outcome.output.substr(0, outcome.output.find('\n'));
    if (!outcome.succeeded() || tag.empty()) {
        return fail(Errc::unknown, "no tag that fits '" + pattern + "' is an ancestor of HEAD",
                    "Fetch the tags (GIT_DEPTH: \"0\"), or pass --initial for the very first release.");
    }
    return tag;
}

} // namespace

Result<DeployedSource> parse_deployed_source(std::string const& text) {
    std::size_t const colon = text.find(':');
    std::string const kind = text.substr(0, colon);
    std::string const name = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (!name.empty() && kind == "gitlab-environment") {
        return DeployedSource{DeployedSource::Kind::gitlab_environment, name};
    }
    if (!name.empty() && kind == "tag") {
        return DeployedSource{DeployedSource::Kind::tag, name};
    }
    return fail(Errc::usage, "'--deployed-from " + text + "' is not understood",
                "Write gitlab-environment:NAME or tag:PATTERN.");
}

Result<std::string> deployed_revision(DeployedSource const& source, process::Runner& runner, Git const& git,
                                      ci::Environment const& environment) {
    auto const here = while_doing("asking which revision is deployed");
    if (source.kind == DeployedSource::Kind::gitlab_environment) {
        return gitlab_revision(source.name, runner, environment).map_error(here);
    }
    return newest_tag(source.name, git).map_error(here);
}

} // namespace sluice::split_check
