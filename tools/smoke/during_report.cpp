#include "tools/smoke/during_report.hpp"

#include "common/json/json.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <map>

namespace sluice::smoke {

namespace {

double seconds(Instant length) { return static_cast<double>(length.count()) / 1e6; }
double milliseconds(Instant length) { return static_cast<double>(length.count()) / 1e3; }

std::string at_text(Timeline const& timeline, Instant when) { return time::timestamp_text(timeline.wall(when)); }

// The cell that most of an outage's probes belong to.
std::string cell_of_outage(Timeline const& timeline, Matrix const& matrix, Lane const& lane, Outage const& outage) {
    std::map<std::string, std::size_t> votes;
    for (auto const& sample : lane.samples) {
        bool const inside = sample.planned >= outage.from && (sample.planned < outage.to || !outage.over);
        auto const cell = inside ? cell_of(timeline, matrix, sample) : std::nullopt;
        if (cell) {
            ++votes[cell_name(cell->first, cell->second)];
        }
    }
    auto const most =
        std::max_element(votes.begin(), votes.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
    return most == votes.end() ? std::string{} : most->first;
}

Json outage_json(Timeline const& timeline, Matrix const& matrix, Lane const& lane, Outage const& outage) {
    return {{"from", at_text(timeline, outage.from)},
            {"to", at_text(timeline, outage.to)},
            {"seconds", seconds(outage.length())},
            {"over", outage.over},
            {"probes", outage.probes},
            {"phase", timeline.phase_at(outage.from)},
            {"cell", cell_of_outage(timeline, matrix, lane, outage)},
            {"why", timeline.texts.text(lane.samples[outage.first].why)}};
}

Json lane_json(Timeline const& timeline, DuringFindings const& findings, std::size_t index) {
    constexpr std::size_t most_outages = 100;
    Lane const& lane = timeline.lanes[index];
    LaneSummary const& summary = findings.lanes[index];
    Json outages = Json::array();
    for (std::size_t i = 0; i < std::min(summary.outages.size(), most_outages); ++i) {
        outages.push_back(outage_json(timeline, findings.matrix, lane, summary.outages[i]));
    }
    return {{"check", lane.check->id},
            {"connection", lane.kept ? "kept" : "own"},
            {"interval_ms", lane.check->interval.count()},
            {"probes", summary.probes},
            {"failed", summary.failed},
            {"unknown", summary.unknown},
            {"budget_kept", findings.budgets[index].kept},
            {"budget_why", findings.budgets[index].why},
            {"longest_outage_seconds", summary.longest_outage ? seconds(summary.longest_outage->length()) : 0.0},
            {"longest_gap_seconds", seconds(summary.longest_gap.length())},
            {"p50_ms", milliseconds(summary.p50)},
            {"p95_ms", milliseconds(summary.p95)},
            {"p99_ms", milliseconds(summary.p99)},
            {"schedule_error_p99_ms", milliseconds(summary.schedule_error_p99)},
            {"outages", std::move(outages)},
            {"outages_in_all", summary.outages.size()}};
}

constexpr std::array<std::pair<Age, Age>, 4> k_cells{{{Age::old_one, Age::old_one},
                                                      {Age::old_one, Age::new_one},
                                                      {Age::new_one, Age::new_one},
                                                      {Age::new_one, Age::old_one}}};

Json matrix_json(Matrix const& matrix) {
    Json cells = Json::array();
    for (auto const& [code, schema] : k_cells) {
        Cell const& cell = matrix.at(code, schema);
        cells.push_back({{"code", code == Age::old_one ? "old" : "new"},
                         {"schema", schema == Age::old_one ? "old" : "new"},
                         {"verdict", cell.verdict()},
                         {"probes", cell.probes},
                         {"failed", cell.failed}});
    }
    return {{"cells", std::move(cells)},
            {"unattributed", {{"probes", matrix.unattributed.probes}, {"failed", matrix.unattributed.failed}}},
            {"old_revisions", matrix.old_revisions},
            {"new_revisions", matrix.new_revisions},
            {"old_schemas", matrix.old_schemas},
            {"new_schemas", matrix.new_schemas}};
}

template <class T, class Field> Json largest(std::vector<DatabaseReading> const& readings, Field field) {
    std::optional<T> most;
    for (auto const& reading : readings) {
        if (auto const value = field(reading)) {
            most = most ? std::max(*most, *value) : *value;
        }
    }
    return most ? Json(*most) : Json();
}

Json database_json(std::vector<DatabaseReading> const& readings) {
    if (readings.empty()) {
        return nullptr;
    }
    Json least_free;
    for (auto const& reading : readings) {
        if (reading.free_bytes && (least_free.is_null() || *reading.free_bytes < least_free.get<std::int64_t>())) {
            least_free = *reading.free_bytes;
        }
    }
    using I = std::int64_t;
    return {
        {"readings", readings.size()},
        {"most_locks_held", largest<I>(readings, [](auto const& one) { return one.locks_held; })},
        {"most_exclusive_locks", largest<I>(readings, [](auto const& one) { return one.exclusive_locks; })},
        {"most_locks_awaited", largest<I>(readings, [](auto const& one) { return one.locks_awaited; })},
        {"longest_blocked_seconds",
         largest<double>(readings, [](auto const& one) { return one.longest_blocked_seconds; })},
        {"most_replication_lag_bytes", largest<I>(readings, [](auto const& one) { return one.replication_lag_bytes; })},
        {"written_bytes", largest<I>(readings, [](auto const& one) { return one.written_bytes; })},
        {"least_free_bytes", std::move(least_free)}};
}

} // namespace

DuringFindings examine(Timeline const& timeline, Budgets const& budgets, std::string const& command) {
    DuringFindings findings;
    findings.command = command;
    for (auto const& lane : timeline.lanes) {
        findings.lanes.push_back(summarise(lane, timeline.ended));
        findings.budgets.push_back(judge_budgets(budgets, findings.lanes.back()));
        if (lane.samples.empty()) {
            findings.budgets.back() = {false, "there was not one probe"};
        }
    }
    findings.matrix = make_matrix(timeline);
    return findings;
}

void fill_record(RunRecord& record, Timeline const& timeline, DuringFindings const& findings,
                 std::vector<ProbeResult> const& last_bad) {
    for (auto& one : record.checks) {
        ProbeResult verdict;
        verdict.verdict = Verdict::pass;
        verdict.kind = Kind::none;
        for (std::size_t i = 0; i < timeline.lanes.size(); ++i) {
            if (timeline.lanes[i].check != one.check) {
                continue;
            }
            LaneSummary const& summary = findings.lanes[i];
            one.attempts += summary.probes;
            one.failed_attempts += summary.failed + summary.unknown;
            for (auto const& outage : summary.outages) {
                Sample const& first = timeline.lanes[i].samples[outage.first];
                one.failures.push_back({timeline.wall(outage.from), first.kind, timeline.texts.text(first.why)});
            }
            if (!findings.budgets[i].kept) {
                verdict = last_bad[i];
                // A budget of time can be passed without one failed probe.
                bool const only_unknown = summary.failed == 0 && summary.unknown > 0;
                verdict.verdict = only_unknown || summary.probes == 0 ? Verdict::unknown : Verdict::fail;
                verdict.kind = verdict.why.empty() ? Kind::timed_out : verdict.kind;
                verdict.why = findings.budgets[i].why + (timeline.lanes[i].kept ? " (connection kept alive)" : "") +
                              (verdict.why.empty() ? "" : ": " + verdict.why);
                if (summary.longest_outage) {
                    verdict.why += "; longest outage " +
                                   outage_text(timeline, findings.matrix, timeline.lanes[i], *summary.longest_outage);
                }
            }
        }
        one.last = std::move(verdict);
        one.finished = one.attempts > 0;
    }
}

std::string outage_text(Timeline const& timeline, Matrix const& matrix, Lane const& lane, Outage const& outage) {
    auto const clock_time = [&](Instant when) { return at_text(timeline, when).substr(11, 12); };
    std::string text =
        seconds(outage.length()) < 0.001
            ? "0s"
            : time::duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(outage.length()));
    text +=
        " (" + clock_time(outage.from) + (outage.over ? " to " + clock_time(outage.to) : ", not over at the end") + ")";
    std::string const& phase = timeline.phase_at(outage.from);
    std::string const cell = cell_of_outage(timeline, matrix, lane, outage);
    return text + (phase.empty() ? "" : " in phase " + phase) + (cell.empty() ? "" : ", " + cell);
}

Json during_json(Timeline const& timeline, DuringFindings const& findings) {
    Json lanes = Json::array();
    for (std::size_t i = 0; i < timeline.lanes.size(); ++i) {
        lanes.push_back(lane_json(timeline, findings, i));
    }
    Json phases = Json::array();
    for (auto const& phase : timeline.phases) {
        phases.push_back({{"name", phase.name}, {"at", at_text(timeline, phase.at)}, {"seconds", seconds(phase.at)}});
    }
    Json const exit = timeline.command_exit ? Json(*timeline.command_exit) : Json();
    Json const aborted = timeline.aborted ? Json(at_text(timeline, *timeline.aborted)) : Json();
    return {{"command",
             {{"text", findings.command},
              {"started", timeline.command_began.has_value()},
              {"exit", exit},
              {"aborted", aborted}}},
            {"not_started_because", findings.fatal},
            {"seconds", seconds(timeline.ended)},
            {"phases", std::move(phases)},
            {"lanes", std::move(lanes)},
            {"matrix", matrix_json(findings.matrix)},
            {"database", database_json(timeline.database)}};
}

} // namespace sluice::smoke
