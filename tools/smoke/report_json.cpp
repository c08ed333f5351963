#include "common/cli/version.hpp"
#include "common/json/json.hpp"
#include "common/time/timestamp.hpp"
#include "tools/smoke/reports.hpp"

namespace sluice::smoke {

namespace {

Json mismatches_of(CheckRecord const& one, CheckFile const& file) {
    Json list = Json::array();
    for (auto const& mismatch : one.last.mismatches) {
        Json entry{{"on", mismatch.on}, {"expected", mismatch.expected}, {"actual", mismatch.actual}};
        if (file.locator && !mismatch.place.empty()) {
            auto const at = file.locator->value_at(mismatch.place);
            entry["line"] = at.line;
            entry["column"] = at.column;
        }
        list.push_back(std::move(entry));
    }
    return list;
}

Json failures_of(CheckRecord const& one) {
    Json list = Json::array();
    for (auto const& failure : one.failures) {
        list.push_back(
            {{"at", time::timestamp_text(failure.at)}, {"kind", name_of(failure.kind)}, {"why", failure.why}});
    }
    return list;
}

std::string verdict_text(CheckRecord const& one) {
    return std::string(one.finished ? name_of(one.last.verdict) : "unfinished");
}

Json check_json(CheckRecord const& one, CheckFile const& file) {
    return {{"id", one.check->id},
            {"type", type_name(one.check->probe)},
            {"severity", one.check->warn_only ? "warn" : "fail"},
            {"verdict", verdict_text(one)},
            {"kind", one.finished ? name_of(one.last.kind) : "none"},
            {"why", one.last.why},
            {"flaky", is_flaky(one)},
            {"attempts", one.attempts},
            {"failed_attempts", one.failed_attempts},
            {"seconds", static_cast<double>(one.last.duration.count()) / 1e6},
            {"status", one.last.status},
            {"remote_ip", one.last.remote_ip},
            {"mismatches", mismatches_of(one, file)},
            {"failures", failures_of(one)}};
}

} // namespace

std::string_view verdict_of_code(std::optional<int> exit_code) {
    if (!exit_code) {
        return "unfinished";
    }
    return *exit_code == 0 ? "pass" : *exit_code == 3 ? "unknown" : "fail";
}

Json report_json(RunRecord const& record, CheckFile const& file, std::optional<int> exit_code) {
    Counts const counts = count(record);
    Json checks = Json::array();
    for (auto const& one : record.checks) {
        checks.push_back(check_json(one, file));
    }
    return {{"version", 1},
            {"tool_version", cli::k_version},
            {"mode", record.mode},
            {"file", record.file},
            {"environment", record.environment},
            {"started", time::timestamp_text(record.started)},
            {"ended", time::timestamp_text(record.ended)},
            {"smoke", {{"verdict", verdict_of_code(exit_code)}, {"exit_code", exit_code ? Json(*exit_code) : Json()}}},
            {"counts",
             {{"checks", record.checks.size()},
              {"passed", counts.passed},
              {"failed", counts.failed},
              {"unknown", counts.unknown},
              {"warned", counts.warned},
              {"flaky", counts.flaky}}},
            {"checks", std::move(checks)}};
}

} // namespace sluice::smoke
