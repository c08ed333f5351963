#include "tools/smoke/record.hpp"

namespace sluice::smoke {

namespace {

constexpr std::size_t k_failures_kept = 20;

bool is_bad(CheckRecord const& record) { return !record.finished || record.last.verdict != Verdict::pass; }

} // namespace

RunRecord new_record(std::string mode, CheckFile const& file, std::string environment, time::Wall now) {
    RunRecord record{std::move(mode), file.name, std::move(environment), now, now, {}};
    bool const during = record.mode == "during";
    for (auto const& check : file.checks) {
        if (during ? check.during : check.after) {
            record.checks.push_back(CheckRecord{&check, 0, 0, {}, {}, false});
        }
    }
    return record;
}

void add_attempt(CheckRecord& record, ProbeResult result, time::Wall at) {
    ++record.attempts;
    if (result.verdict != Verdict::pass) {
        ++record.failed_attempts;
        record.failures.push_back({at, result.kind, result.why});
        if (record.failures.size() > k_failures_kept) {
            record.failures.pop_front();
        }
    }
    record.last = std::move(result);
    record.finished = true;
}

bool is_flaky(CheckRecord const& record) { return !is_bad(record) && record.failed_attempts > 0; }

cli::ExitCode verdict_of(RunRecord const& record) {
    bool failed = false;
    bool unknown = record.checks.empty();
    for (auto const& one : record.checks) {
        if (one.finished && one.last.kind == Kind::configuration) {
            return cli::ExitCode::usage;
        }
        if (is_bad(one) && !one.check->warn_only) {
            (one.finished && one.last.verdict == Verdict::fail ? failed : unknown) = true;
        }
    }
    return failed ? cli::ExitCode::no : unknown ? cli::ExitCode::unknown : cli::ExitCode::ok;
}

Counts count(RunRecord const& record) {
    Counts counts;
    for (auto const& one : record.checks) {
        if (!is_bad(one)) {
            ++counts.passed;
            counts.flaky += is_flaky(one) ? 1 : 0;
        } else if (one.check->warn_only) {
            ++counts.warned;
        } else {
            ++(one.finished && one.last.verdict == Verdict::fail ? counts.failed : counts.unknown);
        }
    }
    return counts;
}

} // namespace sluice::smoke
