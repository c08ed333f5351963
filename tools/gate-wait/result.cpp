#include "tools/gate-wait/result.hpp"

#include "common/cli/version.hpp"
#include "common/json/json.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/gate-wait/local_time_text.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

std::string decision_word(RunFacts const& facts) {
    if (!facts.waited) {
        return "unfinished";
    }
    switch (facts.waited->ending) {
    case Ending::opened: return "open";
    case Ending::rejected: return "rejected";
    case Ending::not_yet: return "not_yet";
    case Ending::unknown: return "unknown";
    case Ending::timed_out: return "timed_out";
    case Ending::cancelled: break;
    }
    return "cancelled";
}

bool is_overridden(RunFacts const& facts, std::size_t index) {
    auto const& list = facts.waited->overridden;
    return std::find(list.begin(), list.end(), index) != list.end();
}

Json approval_json(Approval const& one) {
    return {{"system", one.system},
            {"username", one.username},
            {"status", one.status},
            {"at", one.at ? Json(time::timestamp_text(*one.at)) : Json()},
            {"comment", one.comment}};
}

Json approvals_json(RunFacts const& facts) {
    Json list = Json::array();
    for (auto const& seen : facts.waited ? facts.waited->seen : std::vector<Observation>{}) {
        for (auto const& one : seen.approvals) {
            list.push_back(approval_json(one));
        }
    }
    return list;
}

// The override's own approval is no condition of a run that asked for none.
bool is_shown(Gate const& gate, RunFacts const& facts, std::size_t index) {
    return index != gate.override_approval || !facts.override_reason.empty();
}

Json conditions_json(Gate const& gate, RunFacts const& facts) {
    Json list = Json::array();
    for (std::size_t i = 0; i < gate.conditions.size(); ++i) {
        if (!is_shown(gate, facts, i)) {
            continue;
        }
        Observation const seen = facts.waited ? facts.waited->seen.at(i) : saw_nothing("not asked yet");
        bool const asked = seen.at != time::Wall{};
        list.push_back({{"id", gate.conditions[i].id},
                        {"type", gate.conditions[i].type},
                        {"verdict", name_of(seen.truth)},
                        {"final", seen.final},
                        {"observed", seen.observed},
                        {"source", seen.source},
                        {"at", asked ? Json(time::timestamp_text(seen.at)) : Json()},
                        {"overridden", facts.waited && is_overridden(facts, i)}});
    }
    return list;
}

Json overrides_json(Gate const& gate, RunFacts const& facts) {
    Json list = Json::array();
    for (std::size_t const index : facts.waited ? facts.waited->overridden : std::vector<std::size_t>{}) {
        Observation const& second = facts.waited->seen.at(*gate.override_approval);
        Json people = Json::array();
        for (auto const& one : second.approvals) {
            people.push_back(approval_json(one));
        }
        list.push_back({{"condition", gate.conditions[index].id},
                        {"who", gate.subject.triggerer},
                        {"reason", facts.override_reason},
                        {"verdict", name_of(facts.waited->seen.at(index).truth)},
                        {"observed", facts.waited->seen.at(index).observed},
                        {"second_approver", people}});
    }
    return list;
}

TimeZone const* zone_of(Gate const& gate) {
    for (auto const& condition : gate.conditions) {
        if (auto const* window = std::get_if<WindowCondition>(&condition.spec)) {
            return window->window.zone.get();
        }
    }
    return nullptr;
}

Json local_json(Gate const& gate, RunFacts const& facts) {
    TimeZone const* const zone = zone_of(gate);
    if (zone == nullptr) {
        return {};
    }
    return {{"zone", zone->name()},
            {"ended_at", offset_timestamp(*zone, std::chrono::floor<std::chrono::seconds>(facts.ended))}};
}

} // namespace

cli::ExitCode exit_code_of(Ending ending) {
    switch (ending) {
    case Ending::opened: return cli::ExitCode::ok;
    case Ending::rejected: return cli::ExitCode::no;
    case Ending::not_yet: return cli::ExitCode::temporary;
    case Ending::timed_out: return cli::ExitCode::timed_out;
    case Ending::unknown:
    case Ending::cancelled: break;
    }
    return cli::ExitCode::unknown;
}

std::string gate_word(Waited const& waited) {
    switch (waited.ending) {
    case Ending::opened: return "open";
    case Ending::rejected: return "rejected";
    case Ending::unknown:
    case Ending::cancelled: return "unknown";
    default: return waited.truth == Truth::unknown ? "unknown" : "closed";
    }
}

Json result_json(Gate const& gate, RunFacts const& facts) {
    bool const opened = facts.waited && facts.waited->ending == Ending::opened;
    std::string const ended = time::timestamp_text(facts.ended);
    double const waited = std::chrono::duration<double>(facts.ended - facts.started).count();
    return {{"version", 1},
            {"tool", "gate-wait"},
            {"tool_version", cli::k_version},
            {"gate", gate.name},
            {"file", gate.file},
            {"config_sha256", gate.digest},
            {"decision", decision_word(facts)},
            {"exit_code", facts.waited ? Json(facts.exit_code) : Json()},
            {"started_at", time::timestamp_text(facts.started)},
            {"ended_at", facts.waited ? Json(ended) : Json()},
            {"opened_at", opened ? Json(ended) : Json()},
            {"local", facts.waited ? local_json(gate, facts) : Json()},
            {"waited_s", facts.waited ? Json(waited) : Json()},
            {"pipeline", {{"system", facts.pipeline.system}, {"id", facts.pipeline.id}, {"url", facts.pipeline.url}}},
            {"subject",
             {{"revision", gate.subject.revision},
              {"environment", gate.subject.environment},
              {"triggerer", gate.subject.triggerer},
              {"migrations_sha256", gate.subject.migrations}}},
            {"approvals", approvals_json(facts)},
            {"conditions", conditions_json(gate, facts)},
            {"overrides", overrides_json(gate, facts)}};
}

std::string summary_text(Gate const& gate, RunFacts const& facts) {
    std::string text;
    for (std::size_t i = 0; facts.waited && i < gate.conditions.size(); ++i) {
        if (!is_shown(gate, facts, i)) {
            continue;
        }
        Observation const& seen = facts.waited->seen.at(i);
        text += "  " + gate.conditions[i].id + ": " + std::string(name_of(seen.truth));
        text += is_overridden(facts, i) ? " (overridden)" : "";
        text += (seen.observed.empty() ? "" : ": " + seen.observed) + "\n";
        text += seen.hint.empty() ? "" : "    hint: " + seen.hint + "\n";
    }
    return text;
}

} // namespace sluice::gate_wait
