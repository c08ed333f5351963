#include "common/ci_server/jenkins.hpp"

namespace sluice::ci_server {

namespace {

void take_action(Json const& action, JenkinsBuild& build) {
    std::string const type = text_in(action, "_class");
    std::string const user = text_in(action, "userId");
    if (type.ends_with(".ApproverAction") && !user.empty()) {
        build.approvers.push_back(user);
    }
    if (action.is_object() && action.contains("lastBuiltRevision")) {
        std::string const sha = text_in(action["lastBuiltRevision"], "SHA1");
        if (!sha.empty()) {
            build.revisions.push_back(sha);
        }
    }
}

} // namespace

Answer<JenkinsBuild> read_build(Api& api) {
    auto const answer =
        api.get("/api/json?tree=building,result,timestamp,actions%5B_class,userId,lastBuiltRevision%5BSHA1%5D%5D");
    if (!answer) {
        return tl::unexpected<Trouble>(answer.error());
    }
    auto const building = answer->is_object() ? answer->find("building") : answer->end();
    if (!answer->is_object() || building == answer->end() || !building->is_boolean()) {
        return tl::unexpected<Trouble>({Trouble::Kind::odd,
                                        api.url() + " does not say whether it runs",
                                        "Is this the URL of a build, such as BUILD_URL?",
                                        {}});
    }
    JenkinsBuild build;
    build.building = building->get<bool>();
    build.result = text_in(*answer, "result");
    if (auto const when = answer->find("timestamp"); when != answer->end() && when->is_number_integer()) {
        build.started = time::Wall{std::chrono::milliseconds{when->get<std::int64_t>()}};
    }
    if (auto const actions = answer->find("actions"); actions != answer->end() && actions->is_array()) {
        for (auto const& action : *actions) {
            take_action(action, build);
        }
    }
    return build;
}

Answer<std::vector<std::string>> pending_inputs(Api& api) {
    auto const answer = api.get("/wfapi/pendingInputActions");
    if (!answer) {
        return tl::unexpected<Trouble>(answer.error());
    }
    if (!answer->is_array()) {
        return tl::unexpected<Trouble>({Trouble::Kind::odd, api.url() + " answered no list of inputs", "", {}});
    }
    std::vector<std::string> ids;
    for (auto const& one : *answer) {
        ids.push_back(text_in(one, "id"));
    }
    return ids;
}

std::string input_id(std::string written) {
    if (!written.empty() && written.front() >= 'a' && written.front() <= 'z') {
        written.front() = static_cast<char>(written.front() - 'a' + 'A');
    }
    return written;
}

} // namespace sluice::ci_server
