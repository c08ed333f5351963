#include "common/log/log.hpp"
#include "common/time/duration_text.hpp"
#include "tools/smoke/reports.hpp"

namespace sluice::smoke {

namespace {

// As a compiler shows it: where in the file, the line, a caret, and what was expected and what came.
void log_mismatch(CheckRecord const& one, Mismatch const& mismatch, CheckFile const& file) {
    Error error{Errc::bad_data, "check '" + one.check->id + "': " + mismatch.on, {}, {}, {}};
    error.message += "\n    expected: " + mismatch.expected + "\n    actual:   " + mismatch.actual;
    std::string text = "  " + error.message + "\n";
    if (file.locator && !mismatch.place.empty()) {
        error.at = file.locator->value_at(mismatch.place);
        std::size_t const begin = error.message.find('\n');
        std::string const rest = error.message.substr(begin);
        error.message.resize(begin);
        text = result::to_text(error, "smoke") + rest.substr(1) + "\n";
    }
    log::write_text(text);
}

std::string label_of(CheckRecord const& one) {
    if (!one.finished) {
        return "UNFINISHED";
    }
    return one.check->warn_only ? "WARN" : one.last.verdict == Verdict::fail ? "FAIL" : "UNKNOWN";
}

std::string with_names(std::size_t number, std::string const& word, std::string const& names) {
    return number == 0 ? "" : ", " + std::to_string(number) + " " + word + (names.empty() ? "" : " (" + names + ")");
}

} // namespace

void log_problems(RunRecord const& record, CheckFile const& file) {
    for (auto const& one : record.checks) {
        if (one.finished && one.last.verdict == Verdict::pass) {
            if (one.failed_attempts > 0) {
                log::write_text("FLAKY " + one.check->id + ": " + std::to_string(one.failed_attempts) + " of " +
                                std::to_string(one.attempts) +
                                " attempts failed, the last: " + one.failures.back().why + "\n");
            }
            continue;
        }
        std::string const why = one.finished ? one.last.why : "not finished";
        log::write_text(label_of(one) + " " + one.check->id + ": " + why + "\n");
        for (auto const& mismatch : one.last.mismatches) {
            log_mismatch(one, mismatch, file);
        }
        if (!one.last.excerpt.empty()) {
            log::debug("body", {{"check", one.check->id}, {"begins", one.last.excerpt}});
        }
    }
}

std::string summary_line(RunRecord const& record) {
    constexpr std::size_t most_named = 10;
    Counts const counts = count(record);
    std::string names;
    std::size_t named = 0;
    for (auto const& one : record.checks) {
        bool const bad = !one.finished || one.last.verdict != Verdict::pass;
        if (bad && !one.check->warn_only && named++ < most_named) {
            names += (names.empty() ? "" : ", ") + one.check->id;
        }
    }
    names += named > most_named ? ", …" : "";
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(record.ended - record.started);
    return std::to_string(record.checks.size()) + (record.checks.size() == 1 ? " check: " : " checks: ") +
           std::to_string(counts.passed) + " passed" + with_names(counts.failed, "failed", names) +
           with_names(counts.unknown, "unknown", counts.failed == 0 ? names : "") +
           with_names(counts.warned, "warned", "") + with_names(counts.flaky, "flaky", "") + ", " +
           time::duration_text(took);
}

} // namespace sluice::smoke
