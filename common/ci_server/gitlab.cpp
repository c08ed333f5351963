#include "common/ci_server/gitlab.hpp"

#include "common/encoding/percent.hpp"

namespace sluice::ci_server {

namespace {

std::string of_project(std::string const& project) { return "/projects/" + encoding::percent_encoded(project); }

// What an object inside another says, or "" where either is not there.
std::string text_within(Json const& object, char const* outer, char const* inner) {
    auto const place = object.find(outer);
    return place == object.end() ? std::string{} : text_in(*place, inner);
}

GitlabJob job_of(Json const& entry) {
    return {text_in(entry, "name"),
            text_in(entry, "status"),
            text_within(entry, "user", "username"),
            text_within(entry, "pipeline", "sha"),
            text_in(entry, "web_url"),
            parse_api_time(text_in(entry, "started_at"))};
}

std::optional<std::vector<GitlabApproval>> approvals_of(Json const& deployment) {
    auto const list = deployment.find("approvals");
    if (list == deployment.end() || !list->is_array()) {
        return std::nullopt;
    }
    std::vector<GitlabApproval> approvals;
    for (auto const& one : *list) {
        if (one.is_object()) {
            approvals.push_back({text_within(one, "user", "username"), text_in(one, "status"), text_in(one, "comment"),
                                 parse_api_time(text_in(one, "created_at"))});
        }
    }
    return approvals;
}

std::optional<GitlabDeployment> deployment_of(Json const& entry) {
    auto const id = entry.is_object() ? entry.find("id") : entry.end();
    if (!entry.is_object() || id == entry.end() || !id->is_number_integer()) {
        return std::nullopt;
    }
    GitlabDeployment deployment{id->get<std::int64_t>(),
                                text_in(entry, "status"),
                                text_in(entry, "sha"),
                                text_within(entry, "environment", "name"),
                                {},
                                approvals_of(entry)};
    auto const pending = entry.find("pending_approval_count");
    if (pending != entry.end() && pending->is_number_integer()) {
        deployment.pending_approvals = pending->get<std::int64_t>();
    }
    return deployment;
}

} // namespace

Answer<std::optional<GitlabJob>> find_job(Api& api, std::string const& project, std::string const& pipeline,
                                          std::string const& name) {
    std::optional<GitlabJob> found;
    auto const read = api.each(of_project(project) + "/pipelines/" + encoding::percent_encoded(pipeline) +
                                   "/jobs?include_retried=false",
                               [&](Json const& entry) {
                                   if (text_in(entry, "name") == name) {
                                       found = job_of(entry);
                                   }
                                   return !found;
                               });
    return read ? Answer<std::optional<GitlabJob>>(std::move(found)) : tl::unexpected<Trouble>(read.error());
}

Answer<std::optional<GitlabDeployment>> find_deployment(Api& api, std::string const& project,
                                                        std::string const& environment, std::string const& sha) {
    std::optional<GitlabDeployment> found;
    std::string const list = of_project(project) + "/deployments?environment=" + encoding::percent_encoded(environment);
    auto const read = api.each(list + "&order_by=id&sort=desc", [&](Json const& entry) {
        auto deployment = deployment_of(entry);
        if (deployment && deployment->sha == sha && deployment->environment == environment) {
            found = std::move(deployment);
        }
        return !found;
    });
    if (!read) {
        return tl::unexpected<Trouble>(read.error());
    }
    if (!found) {
        return std::optional<GitlabDeployment>{};
    }
    // The approvals are promised for a single deployment only.
    auto const one = api.get(of_project(project) + "/deployments/" + std::to_string(found->id));
    if (!one) {
        return tl::unexpected<Trouble>(one.error());
    }
    auto whole = deployment_of(*one);
    if (!whole || whole->sha != sha || whole->environment != environment) {
        return tl::unexpected<Trouble>({Trouble::Kind::odd, "the deployment changed while it was read", "", {}});
    }
    return whole;
}

Answer<std::vector<GitlabFreezePeriod>> freeze_periods(Api& api, std::string const& project) {
    std::vector<GitlabFreezePeriod> periods;
    auto const read = api.each(of_project(project) + "/freeze_periods", [&](Json const& entry) {
        periods.push_back(
            {text_in(entry, "freeze_start"), text_in(entry, "freeze_end"), text_in(entry, "cron_timezone")});
        return true;
    });
    return read ? Answer<std::vector<GitlabFreezePeriod>>(std::move(periods)) : tl::unexpected<Trouble>(read.error());
}

} // namespace sluice::ci_server
