#include "tools/gate-wait/gate_file.hpp"

#include "common/config/input.hpp"
#include "common/json/json.hpp"
#include "common/result/did_you_mean.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/snapshot/digest.hpp"
#include "tools/gate-wait/condition_reading.hpp"

#include <algorithm>
#include <set>

namespace sluice::gate_wait {

namespace {

using config::Exposure;
using config::FileReader;
using config::Variables;
using json::ObjectReader;
using namespace std::chrono_literals;

constexpr std::size_t k_deepest = 16;
constexpr Milliseconds k_timeout = 1h;
constexpr Milliseconds k_interval = 1s;

Result<std::map<std::string, std::string>> read_vars(Json const& document, json::Locator const& locator,
                                                     ci::Environment const& environment) {
    std::map<std::string, std::string> vars;
    if (!document.is_object() || !document.contains("vars")) {
        return vars;
    }
    Variables const outside(environment, {});
    FileReader const file(locator, outside);
    auto reader = file.object(document, "");
    TRY_ASSIGN(auto const pairs, file.pairs(reader, "vars", Exposure::shown));
    vars.insert(pairs.begin(), pairs.end());
    return vars;
}

Result<void> read_subject(ReadingContext const& context, ObjectReader& document, Subject& subject) {
    Json const* const value = document.find("subject");
    if (value == nullptr) {
        return {};
    }
    auto reader = context.file.object(*value, "/subject");
    TRY_ASSIGN(auto const revision, context.file.text(reader, "revision"));
    TRY_ASSIGN(auto const environment, context.file.text(reader, "environment"));
    TRY_ASSIGN(auto const triggerer, context.file.text(reader, "triggerer"));
    auto const migrations = reader.optional<std::vector<std::string>>("migrations");
    TRY(reader.finish());
    subject.revision = revision.value_or(subject.revision);
    subject.environment = environment.value_or(subject.environment);
    subject.triggerer = triggerer.value_or(subject.triggerer);
    if (migrations) {
        TRY_ASSIGN(subject.migrations, context.at("/subject/migrations", digest_of_files(*migrations)));
    }
    return {};
}

Result<void> check_approval(ReadingContext const& context, Condition const& condition, Subject const& subject) {
    auto const* approval = std::get_if<ApprovalCondition>(&condition.spec);
    if (approval == nullptr) {
        return {};
    }
    if (subject.revision.empty() || subject.environment.empty()) {
        return context.wrong(condition.place, "what would be approved? The revision or the environment is not known",
                             R"(Write "subject": {"revision": "…", "environment": "…"}, or set CI_COMMIT_SHA and )"
                             "CI_ENVIRONMENT_NAME.");
    }
    if (subject.triggerer.empty() && !approval->rules.triggerer_may) {
        return context.wrong(condition.place, "who asked for this is not known, so nobody can be told from him",
                             R"(Write "triggerer" in "subject", or "allow_triggerer": true.)");
    }
    auto const* store = std::get_if<StoreApproval>(&approval->by);
    if (store != nullptr) {
        TRY(context.at(condition.place, snapshot::check_name(store->gate)));
    }
    return {};
}

// ---- open_when
// -------------------------------------------------------------------------------------------------------

struct ExpressionReader {
    ReadingContext const& context;
    std::vector<Condition>& conditions;
    std::set<std::size_t> used{};

    Result<Expression> read(Json const& value, std::string const& path, bool inverted, std::size_t depth);
    Result<Expression> leaf(std::string const& id, std::string const& path, bool inverted);
    Result<Expression> parts(Expression::Kind kind, Json const& list, std::string const& path, bool inverted,
                             std::size_t depth);
};

Result<Expression> ExpressionReader::leaf(std::string const& id, std::string const& path, bool inverted) {
    auto const place =
        std::find_if(conditions.begin(), conditions.end(), [&](auto const& one) { return one.id == id; });
    if (place == conditions.end()) {
        std::vector<std::string> known;
        for (auto const& one : conditions) {
            known.push_back(one.id);
        }
        return context.wrong(path, "there is no condition '" + id + "'", result::did_you_mean(id, known));
    }
    auto const index = static_cast<std::size_t>(place - conditions.begin());
    auto* const window = std::get_if<WindowCondition>(&place->spec);
    bool const again = !used.insert(index).second;
    if (inverted && place->type == "approval") {
        return context.wrong(path, "'not' of an approval would open the gate because nobody has approved");
    }
    if (inverted && window != nullptr && window->window.min_remaining.count() > 0) {
        return context.wrong(path, R"("min_remaining" has no meaning below 'not')");
    }
    if (window != nullptr && again && (window->edges == Edges::grow) != inverted) {
        return context.wrong(path, "a window can't both allow and deny", "Write it twice, with two ids.");
    }
    if (window != nullptr) {
        window->edges = inverted ? Edges::grow : Edges::shrink;
    }
    return Expression{Expression::Kind::one, index, {}};
}

Result<Expression> ExpressionReader::parts(Expression::Kind kind, Json const& list, std::string const& path,
                                           bool inverted, std::size_t depth) {
    if (!list.is_array() || list.empty()) {
        return context.wrong(path, "this must be a list with at least one condition");
    }
    Expression whole{kind, 0, {}};
    for (std::size_t i = 0; i < list.size(); ++i) {
        TRY_ASSIGN(auto part, read(list[i], path + "/" + std::to_string(i), inverted, depth + 1));
        whole.parts.push_back(std::move(part));
    }
    return whole;
}

Result<Expression> ExpressionReader::read(Json const& value, std::string const& path, bool inverted,
                                          std::size_t depth) {
    if (value.is_string()) {
        return leaf(value.get<std::string>(), path, inverted);
    }
    if (!value.is_object() || value.size() != 1 || depth > k_deepest) {
        return context.wrong(path, "this is neither a condition's id nor one of all, any, not",
                             R"(Write "id", {"all": […]}, {"any": […]} or {"not": …}.)");
    }
    std::string const& key = value.begin().key();
    Json const& inner = value.begin().value();
    std::string const inside = path + "/" + key;
    if (key == "all" || key == "any") {
        return parts(key == "all" ? Expression::Kind::all : Expression::Kind::any, inner, inside, inverted, depth);
    }
    if (key == "not") {
        TRY_ASSIGN(auto part, read(inner, inside, !inverted, depth + 1));
        Expression whole{Expression::Kind::inverse, 0, {}};
        whole.parts.push_back(std::move(part));
        return whole;
    }
    Error error{Errc::usage, "unknown key '" + inside + "'", result::did_you_mean(key, {"all", "any", "not"}), {}, {}};
    return tl::unexpected<Error>(context.file.at_key(std::move(error), inside));
}

Expression all_of(std::size_t count) {
    Expression whole{Expression::Kind::all, 0, {}};
    for (std::size_t i = 0; i < count; ++i) {
        whole.parts.push_back({Expression::Kind::one, i, {}});
    }
    return whole;
}

Result<void> read_open_when(ReadingContext const& context, ObjectReader& document, Gate& gate) {
    Json const* const value = document.find("open_when");
    if (value == nullptr) {
        gate.open_when = all_of(gate.conditions.size());
        return {};
    }
    ExpressionReader reader{context, gate.conditions};
    TRY_ASSIGN(gate.open_when, reader.read(*value, "/open_when", false, 0));
    for (std::size_t i = 0; i < gate.conditions.size(); ++i) {
        if (!reader.used.contains(i)) {
            return context.wrong(gate.conditions[i].place,
                                 "condition '" + gate.conditions[i].id + R"(' is not in "open_when")",
                                 "A condition that nobody asks for guards nothing: use it or remove it.");
        }
    }
    return {};
}

// ---- the document
// ----------------------------------------------------------------------------------------------------

Result<void> read_conditions(ReadingContext const& context, ObjectReader& document, Gate& gate) {
    Json const* const list = document.find("conditions");
    if (list == nullptr || !list->is_array() || list->empty()) {
        Error error{Errc::usage, "there are no conditions", R"(Add at least one to "conditions": [ … ].)", {}, {}};
        return tl::unexpected<Error>(context.file.at_key(std::move(error), "/conditions"));
    }
    std::set<std::string> seen{"override"};
    for (std::size_t i = 0; i < list->size(); ++i) {
        std::string const path = "/conditions/" + std::to_string(i);
        TRY_ASSIGN(auto condition, read_condition(context, (*list)[i], path));
        TRY(check_approval(context, condition, gate.subject));
        if (!seen.insert(condition.id).second) {
            return context.wrong(path + "/id", "there are two conditions '" + condition.id + "'",
                                 condition.id == "override" ? "'override' is the second person's." : "");
        }
        gate.conditions.push_back(std::move(condition));
    }
    return {};
}

// The word for an override must be another than the word for the release.
bool is_same_approval(ApprovalCondition const& one, Condition const& other) {
    auto const* approval = std::get_if<ApprovalCondition>(&other.spec);
    auto const* mine = std::get_if<StoreApproval>(&one.by);
    auto const* its = approval == nullptr ? nullptr : std::get_if<StoreApproval>(&approval->by);
    return its != nullptr && mine->gate == its->gate && mine->store == its->store;
}

Result<void> read_override(ReadingContext const& context, ObjectReader& document, Gate& gate) {
    bool const any = std::any_of(gate.conditions.begin(), gate.conditions.end(),
                                 [](Condition const& one) { return one.overridable; });
    Json const* const value = document.find("override");
    if (value == nullptr) {
        return any ? Result<void>(context.wrong("/conditions", "a condition is overridable, but by whose second word?",
                                                R"(Add "override": {"allowed": ["…"]}.)"))
                   : Result<void>{};
    }
    auto reader = context.file.object(*value, "/override");
    Condition condition;
    condition.id = "override";
    condition.type = "approval";
    condition.place = "/override";
    condition.interval = 500ms;
    condition.timeout = 10s;
    ApprovalCondition approval;
    StoreApproval by;
    TRY_ASSIGN(by.store, read_store(context, reader));
    TRY_ASSIGN(auto const name, context.file.text(reader, "gate"));
    by.gate = name.value_or(gate.name + ".override");
    approval.rules.allowed = reader.required<std::vector<std::string>>("allowed");
    TRY_ASSIGN(approval.rules.max_age, context.file.duration(reader, "max_age"));
    approval.rules.max_age = approval.rules.max_age.value_or(1h);
    approval.by = std::move(by);
    TRY(reader.finish());
    if (approval.rules.allowed.empty()) {
        return context.wrong("/override/allowed", "nobody is allowed to be the second person");
    }
    if (std::any_of(gate.conditions.begin(), gate.conditions.end(),
                    [&](Condition const& one) { return is_same_approval(approval, one); })) {
        return context.wrong("/override", "the release's own approval can't be the second person's word",
                             R"(Give the override another "gate".)");
    }
    condition.spec = std::move(approval);
    TRY(check_approval(context, condition, gate.subject));
    gate.conditions.push_back(std::move(condition));
    gate.override_approval = gate.conditions.size() - 1;
    return {};
}

Result<void> read_settings(ReadingContext const& context, ObjectReader& document, Gate& gate) {
    TRY_ASSIGN(auto const timeout, context.file.duration(document, "timeout"));
    TRY_ASSIGN(auto const interval, context.file.duration(document, "interval"));
    gate.timeout = timeout.value_or(k_timeout);
    gate.interval = interval.value_or(k_interval);
    gate.stable = document.optional<unsigned>("stable").value_or(1);
    if (gate.stable == 0) {
        return context.wrong("/stable", "no good round at all would open the gate", "Write 1 or more.");
    }
    return {};
}

Error as_usage(Error error) {
    error.kind = error.kind == Errc::bad_data ? Errc::usage : error.kind;
    return error;
}

Result<Gate> read_document(Json const& document, json::Locator const& locator, ci::Environment const& environment) {
    TRY_ASSIGN(auto vars, read_vars(document, locator, environment));
    Variables const variables(environment, std::move(vars));
    FileReader const file(locator, variables);
    auto reader = file.object(document, "");
    auto const version = reader.required<unsigned>("version");
    ReadingContext context{file, environment, {}, {}, {}, false, {}};
    Gate gate;
    gate.name = reader.required<std::string>("name");
    context.gate = gate.name;
    gate.subject = subject_of(environment);
    for (char const* key : {"vars", "$schema", "subject", "gitlab", "jenkins", "conditions", "open_when", "override"}) {
        reader.allow(key);
    }
    TRY(read_settings(context, reader, gate));
    // Keys of the document first: a misspelt "conditions" is better told as such than as none.
    TRY(reader.finish());
    if (version != 1) {
        return context.wrong("/version", "version " + std::to_string(version) + " is not known, only 1 is");
    }
    TRY(context.at("/name", snapshot::check_name(gate.name)));
    TRY(read_subject(context, reader, gate.subject));
    TRY(read_servers(context, reader));
    TRY(read_conditions(context, reader, gate));
    TRY(read_open_when(context, reader, gate));
    TRY(read_override(context, reader, gate));
    return gate;
}

Gate gate_of_one(std::string name, Condition condition, ci::Environment const& environment) {
    Gate gate;
    gate.name = std::move(name);
    gate.subject = subject_of(environment);
    gate.conditions.push_back(std::move(condition));
    gate.open_when = all_of(1);
    gate.timeout = k_timeout;
    gate.interval = k_interval;
    return gate;
}

} // namespace

Result<Gate> parse_gate(std::string const& text, std::string const& name, ci::Environment const& environment) {
    TRY_ASSIGN(auto const document, json::parse(text, name).map_error(as_usage));
    json::Locator const locator(text, name);
    TRY_ASSIGN(auto gate, read_document(document, locator, environment).map_error(as_usage));
    gate.file = name;
    gate.digest = snapshot::sha256_hex(text);
    return gate;
}

Result<Gate> load_gate(std::string const& path, ci::Environment const& environment) {
    TRY_ASSIGN(auto const text, config::read_input(path, "Name a gate file."));
    return parse_gate(text, path == "-" ? "<stdin>" : path, environment);
}

Result<Gate> gate_of_window(std::string const& text, ci::Environment const& environment) {
    std::string const name = "--window";
    TRY_ASSIGN(auto const document, json::parse(text, name).map_error(as_usage));
    if (!document.is_object()) {
        return fail(Errc::usage, "--window is one JSON object",
                    R"(Such as {"tz": "UTC", "rule": …, "from": …, "to": …}.)");
    }
    json::Locator const locator(text, name);
    Variables const variables(environment, {});
    FileReader const file(locator, variables);
    ReadingContext const context{file, environment, name, {}, {}, false, {}};
    Json whole = document;
    whole["id"] = "window";
    whole["type"] = "window";
    TRY_ASSIGN(auto condition, read_condition(context, whole, "").map_error(as_usage));
    Gate gate = gate_of_one("window", std::move(condition), environment);
    gate.file = name;
    gate.digest = snapshot::sha256_hex(text);
    return gate;
}

Result<Gate> gate_of_snapshot(SnapshotCondition const& snapshot, ci::Environment const& environment) {
    if (!snapshot::is_snapshot_id(snapshot.id)) {
        return fail(Errc::usage, "--snapshot '" + snapshot.id + "' is not the id of one snapshot",
                    "Give the id that db-snapshot gave it (SLUICE_SNAPSHOT_ID); latest may be another one.");
    }
    Condition condition;
    condition.id = "snapshot";
    condition.type = "snapshot";
    condition.spec = snapshot;
    condition.interval = 500ms;
    condition.timeout = 10s;
    Gate gate = gate_of_one("snapshot", std::move(condition), environment);
    gate.file = "--snapshot";
    gate.digest = snapshot::sha256_hex(snapshot.store + "\n" + snapshot.name + "\n" + snapshot.id);
    return gate;
}

} // namespace sluice::gate_wait
