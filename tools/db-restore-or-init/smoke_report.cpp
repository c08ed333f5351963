#include "tools/db-restore-or-init/smoke_report.hpp"

#include "common/json/json.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace sluice::db_restore {

namespace {

using Verdict = SmokeReport::Verdict;

Error cannot_tell(std::string const& path, std::string const& why) {
    Error error;
    error.kind = Errc::unknown;
    error.message = "cannot tell whether anything has to be put back: '" + path + "' " + why;
    error.hint = "Look at the database; to put it back whatever the report says, leave the option out.";
    return error;
}

Json const* find(Json const* object, char const* key) {
    bool const there = object != nullptr && object->is_object() && object->contains(key);
    return there ? &object->at(key) : nullptr;
}

std::optional<Verdict> verdict_of(Json const* value) {
    constexpr std::array<std::pair<char const*, Verdict>, 4> words{{{"pass", Verdict::pass},
                                                                    {"fail", Verdict::fail},
                                                                    {"unknown", Verdict::unknown},
                                                                    {"unfinished", Verdict::unfinished}}};
    for (auto const& [word, verdict] : words) {
        if (value != nullptr && *value == word) {
            return verdict;
        }
    }
    return std::nullopt;
}

Result<SmokeReport> read_report(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return tl::unexpected<Error>(cannot_tell(path, "cannot be read"));
    }
    return parse_smoke_report(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

Result<Need> judge_started(std::string const& path, std::string& why) {
    TRY_ASSIGN(auto const report, read_report(path));
    if (!report.during) {
        return tl::unexpected<Error>(cannot_tell(path, "is not of smoke during"));
    }
    why = "the change was never started: " + report.why_not;
    return report.may_have_started ? Need::put_back : Need::nothing_changed;
}

Result<Need> judge_failed(std::string const& path) {
    TRY_ASSIGN(auto const report, read_report(path));
    if (report.verdict != Verdict::fail) {
        return tl::unexpected<Error>(cannot_tell(path, "names no check that failed"));
    }
    return Need::put_back;
}

} // namespace

// Not read strictly: the report is another tool's, and only a few of its keys matter here.
Result<SmokeReport> parse_smoke_report(std::string_view text, std::string const& path) {
    auto const document = json::parse(text, path);
    if (!document) {
        return tl::unexpected<Error>(cannot_tell(path, "is no JSON document"));
    }
    Json const* const version = find(&*document, "version");
    Json const* const mode = find(&*document, "mode");
    auto const verdict = verdict_of(find(find(&*document, "smoke"), "verdict"));
    if (version == nullptr || *version != 1 || mode == nullptr || !verdict) {
        return tl::unexpected<Error>(cannot_tell(path, "is no report of smoke, version 1"));
    }
    SmokeReport report;
    report.verdict = *verdict;
    report.during = *mode == "during";
    // One that was never finished tells nothing, so the command may have run.
    if (!report.during || report.verdict == Verdict::unfinished) {
        return report;
    }
    Json const* const during = find(&*document, "during");
    Json const* const started = find(find(during, "command"), "started");
    if (started == nullptr || !started->is_boolean()) {
        return tl::unexpected<Error>(cannot_tell(path, "does not say whether the command was started"));
    }
    Json const* const why = find(during, "not_started_because");
    report.may_have_started = started->get<bool>();
    report.why_not = why != nullptr && why->is_string() ? why->get<std::string>() : std::string{};
    return report;
}

Result<Need> needs_putting_back(std::string const& if_started, std::string const& if_failed, std::string& why) {
    if (!if_started.empty()) {
        return judge_started(if_started, why);
    }
    return if_failed.empty() ? Result<Need>(Need::put_back) : judge_failed(if_failed);
}

} // namespace sluice::db_restore
