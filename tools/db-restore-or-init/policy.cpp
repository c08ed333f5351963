#include "tools/db-restore-or-init/policy.hpp"

#include "common/json/object_reader.hpp"
#include "common/result/did_you_mean.hpp"
#include "common/time/duration_text.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::db_restore {

namespace {

using json::ObjectReader;
using Strings = std::vector<std::string>;

Result<std::optional<OnMissing>> read_on_missing(ObjectReader& reader) {
    auto const text = reader.optional<std::string>("on_missing");
    if (!text) {
        return std::optional<OnMissing>{};
    }
    if (*text != "stop" && *text != "start_empty") {
        return fail(Errc::usage, "'" + reader.path_of("on_missing") + "' is '" + *text + "'",
                    R"(Write "stop" or "start_empty", or leave it out: the answers decide.)");
    }
    return std::optional(*text == "stop" ? OnMissing::fail : OnMissing::init);
}

Result<std::optional<Importance>> read_importance(ObjectReader& reader) {
    static Strings const words{"low", "medium", "high", "critical"};
    auto const text = reader.optional<std::string>("importance");
    if (!text) {
        return std::optional<Importance>{};
    }
    auto const place = std::find(words.begin(), words.end(), *text);
    if (place == words.end()) {
        return fail(Errc::usage, "'" + reader.path_of("importance") + "' is '" + *text + "'",
                    "Write low, medium, high or critical.");
    }
    return std::optional(static_cast<Importance>(place - words.begin()));
}

Result<Answers> read_answers(Json const& value) {
    ObjectReader reader(value, "/answers");
    Answers answers;
    answers.others_act_on_its_data = reader.optional<bool>("others_act_on_its_data");
    answers.others_wait_for_it = reader.optional<bool>("others_wait_for_it");
    TRY_ASSIGN(answers.importance, read_importance(reader));
    answers.worst_case = reader.optional<std::string>("worst_case").value_or("");
    TRY(reader.finish());
    return answers;
}

Result<void> check_applies(Origin const& origin, std::string const& path) {
    bool const live = origin.kind == Origin::Kind::live;
    if (live && origin.conditions.max_age) {
        return fail(Errc::usage, "'" + path + "/max_age': a live database has no age", "Leave it out.");
    }
    if (live && origin.conditions.verified) {
        return fail(Errc::usage, "'" + path + "/verified': only a snapshot is verified", "Leave it out.");
    }
    if (live && origin.conditions.masked) {
        return fail(Errc::usage, "'" + path + "/masked': a live database is not masked",
                    "Take a masked snapshot with db-snapshot --mask and name it here.");
    }
    return {};
}

Result<Origin> read_origin(Json const& value, std::string const& path) {
    ObjectReader reader(value, path);
    auto const from = reader.required<std::string>("from");
    auto const max_age = reader.optional<std::string>("max_age");
    Conditions conditions;
    conditions.verified = reader.optional<bool>("verified").value_or(false);
    conditions.masked = reader.optional<bool>("masked").value_or(false);
    conditions.migration = reader.optional<std::string>("migration").value_or("");
    TRY(reader.finish());
    TRY_ASSIGN(auto origin, parse_origin(from).map_error(while_doing("reading '" + path + "/from'")));
    if (max_age) {
        TRY_ASSIGN(conditions.max_age,
                   time::parse_duration(*max_age).map_error(while_doing("reading '" + path + "/max_age'")));
    }
    origin.conditions = std::move(conditions);
    TRY(check_applies(origin, path));
    return origin;
}

Result<std::vector<Origin>> read_origins(ObjectReader& reader) {
    Json const* const list = reader.find("origins");
    std::string const path = reader.path_of("origins");
    if (list == nullptr || !list->is_array() || list->empty()) {
        return fail(Errc::usage, "'" + path + "' must be a list of at least one origin",
                    R"(Write [{"from": "snapshot:latest", "max_age": "26h"}], in the order to be tried.)");
    }
    std::vector<Origin> origins;
    for (std::size_t i = 0; i < list->size(); ++i) {
        TRY_ASSIGN(auto origin, read_origin((*list)[i], path + "/" + std::to_string(i)));
        origins.push_back(std::move(origin));
    }
    return origins;
}

/// Reads paths that are meant relative to one folder.
struct Folder {
    std::filesystem::path path;

    [[nodiscard]] Strings files(ObjectReader& reader, std::string const& key) const {
        auto files = reader.optional<Strings>(key).value_or(Strings{});
        for (auto& file : files) {
            file = (path / file).lexically_normal().string();
        }
        return files;
    }
};

Result<StagePolicy> read_stage(Json const& value, std::string const& path, Folder const& folder) {
    ObjectReader reader(value, path);
    StagePolicy stage;
    TRY_ASSIGN(stage.origins, read_origins(reader));
    stage.masked = reader.optional<bool>("masked").value_or(false);
    TRY_ASSIGN(stage.on_missing, read_on_missing(reader));
    stage.neutralise = folder.files(reader, "neutralise");
    TRY(reader.finish());
    for (auto& origin : stage.origins) {
        origin.conditions.masked = origin.conditions.masked || stage.masked;
    }
    return stage;
}

Result<void> read_stages(ObjectReader& reader, Folder const& folder, Policy& policy) {
    Json const* const stages = reader.find("stages");
    if (stages == nullptr || !stages->is_object() || stages->empty()) {
        return fail(Errc::usage, "'/stages' must name at least one stage",
                    R"(Write {"acceptance": {"origins": [{"from": "snapshot:latest"}]}}.)");
    }
    for (auto const& [name, value] : stages->items()) {
        TRY_ASSIGN(policy.stages[name], read_stage(value, "/stages/" + name, folder));
    }
    return {};
}

Result<Initialisation> read_initialise(Json const& value, Folder const& folder) {
    ObjectReader reader(value, "/initialise");
    Initialisation initialise;
    initialise.sql = folder.files(reader, "sql");
    initialise.command = reader.optional<std::string>("command").value_or("");
    initialise.seed = folder.files(reader, "seed");
    TRY(reader.finish());
    return initialise;
}

Result<void> check_version(ObjectReader& reader) {
    auto const version = reader.required<unsigned>("version");
    if (version != 0 && version != k_policy_version) {
        return fail(Errc::usage, "'/version' is " + std::to_string(version) + ", and this program reads 1");
    }
    return {};
}

Result<Policy> read_document(Json const& document, Folder const& folder) {
    if (!document.is_object()) {
        return fail(Errc::usage, "a policy must be an object, not " + std::string(document.type_name()),
                    "Start from one of ci-templates/policies.");
    }
    ObjectReader reader(document, "");
    Policy policy;
    TRY(check_version(reader));
    policy.service = reader.required<std::string>("service");
    if (Json const* const answers = reader.find("answers")) {
        TRY_ASSIGN(policy.answers, read_answers(*answers));
    }
    TRY_ASSIGN(policy.on_missing, read_on_missing(reader));
    if (Json const* const initialise = reader.find("initialise")) {
        TRY_ASSIGN(policy.initialise, read_initialise(*initialise, folder));
    }
    policy.neutralise = folder.files(reader, "neutralise");
    TRY(read_stages(reader, folder, policy));
    TRY(reader.finish());
    return policy;
}

} // namespace

Result<StagePolicy const*> Policy::stage(std::string const& name) const {
    auto const place = stages.find(name);
    if (place != stages.end()) {
        return &place->second;
    }
    Strings names;
    std::string list;
    for (auto const& [known, stage] : stages) {
        names.push_back(known);
        list += (list.empty() ? "" : ", ") + known;
    }
    std::string const suggestion = result::did_you_mean(name, names);
    return fail(Errc::usage, "the policy of '" + service + "' has no stage '" + name + "'",
                (suggestion.empty() ? "" : suggestion + " ") + "It has: " + list + ".");
}

std::optional<ExplicitDecision> Policy::decision_for(std::string const& name) const {
    auto const place = stages.find(name);
    if (place != stages.end() && place->second.on_missing) {
        return ExplicitDecision{*place->second.on_missing, "the policy of stage '" + name + "'"};
    }
    return on_missing ? std::optional(ExplicitDecision{*on_missing, "the policy of '" + service + "'"}) : std::nullopt;
}

Result<Policy> parse_policy(std::string_view text, std::string const& path) {
    json::Locator const locator{std::string(text), path};
    // A policy is configuration: whatever is wrong with it is a usage error, also what the JSON reader calls bad data.
    auto const located = [&](Error error) {
        error.kind = Errc::usage;
        return locator.pointed(std::move(error));
    };
    auto const read = [&]() -> Result<Policy> {
        TRY_ASSIGN(auto const document, json::parse(text, path));
        return read_document(document, {std::filesystem::path(path).parent_path()});
    };
    return read().map_error(located).map_error(while_doing("reading the policy '" + path + "'"));
}

Result<Policy> read_policy(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(Errc::usage, "cannot read the policy '" + path + "'", "Check the path and its permissions.");
    }
    return parse_policy(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

} // namespace sluice::db_restore
