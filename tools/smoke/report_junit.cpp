#include "common/time/timestamp.hpp"
#include "tools/smoke/markup.hpp"
#include "tools/smoke/reports.hpp"

namespace sluice::smoke {

namespace {

// Both servers keep a reason readable up to here; GitLab drops text nodes that are huge.
constexpr std::size_t k_longest_text = std::size_t{8} * 1024;

struct Numbers {
    std::size_t failures = 0;
    std::size_t errors = 0;
};

bool is_failure(CheckRecord const& one) { return one.finished && one.last.kind == Kind::assertion; }

std::string reason_of(CheckRecord const& one) {
    return one.finished ? one.last.why : "not finished: the run ended before this check had a result";
}

std::string details_of(CheckRecord const& one) {
    std::string text = reason_of(one);
    for (auto const& mismatch : one.last.mismatches) {
        text += "\n" + mismatch.on + "\n  expected: " + mismatch.expected + "\n  actual:   " + mismatch.actual;
    }
    if (one.attempts > 1) {
        text += "\n" + std::to_string(one.failed_attempts) + " of " + std::to_string(one.attempts) + " attempts failed";
    }
    return text.substr(0, k_longest_text);
}

std::string problem_text(std::string const& tag, CheckRecord const& one) {
    return "      <" + tag + R"( message=")" + escaped_markup(reason_of(one)) + R"(" type=")" +
           std::string(one.finished ? name_of(one.last.kind) : "not finished") + R"(">)" +
           escaped_markup(details_of(one)) + "</" + tag + ">\n";
}

// Jenkins shows these; GitLab shows the case as passed, and the text below it.
std::string flaky_text(CheckRecord const& one) {
    constexpr std::size_t most_shown = 5;
    std::string text;
    std::size_t const first = one.failures.size() > most_shown ? one.failures.size() - most_shown : 0;
    for (std::size_t i = first; i < one.failures.size(); ++i) {
        auto const& failure = one.failures[i];
        text += R"(      <flakyFailure message=")" + escaped_markup(failure.why) + R"(" type=")" +
                std::string(name_of(failure.kind)) + R"("><stackTrace>)" +
                escaped_markup(time::timestamp_text(failure.at) + " " + failure.why) + "</stackTrace></flakyFailure>\n";
    }
    return text + "      <system-out>passed after " + std::to_string(one.failed_attempts) + " failed attempts of " +
           std::to_string(one.attempts) + "</system-out>\n";
}

std::string body_of(CheckRecord const& one, Numbers& numbers) {
    bool const good = one.finished && one.last.verdict == Verdict::pass;
    if (good) {
        return one.failed_attempts > 0 ? flaky_text(one) : "";
    }
    if (one.finished && one.check->warn_only) {
        return "      <system-out>" + escaped_markup("warning only: " + details_of(one)) + "</system-out>\n";
    }
    ++(is_failure(one) ? numbers.failures : numbers.errors);
    return problem_text(is_failure(one) ? "failure" : "error", one);
}

// Jenkins splits the class at its last dot; GitLab shows it as the suite.
std::string class_of(RunRecord const& record) {
    std::string environment = record.environment;
    for (char& c : environment) {
        c = c == '.' || c == '/' ? '-' : c;
    }
    return "smoke." + environment + "." + (record.mode == "run" ? "after" : record.mode);
}

} // namespace

std::string junit_text(RunRecord const& record) {
    Numbers numbers;
    std::string cases;
    std::string const name = escaped_markup(class_of(record));
    for (auto const& one : record.checks) {
        double const seconds = static_cast<double>(one.last.duration.count()) / 1e6;
        cases += R"(    <testcase classname=")" + name + R"(" name=")" + escaped_markup(one.check->id) + R"(" time=")" +
                 seconds_text(seconds) + R"(" file=")" + escaped_markup(record.file) + "\">\n" + body_of(one, numbers) +
                 "    </testcase>\n";
    }
    double const seconds = std::chrono::duration<double>(record.ended - record.started).count();
    std::string const counts = R"(tests=")" + std::to_string(record.checks.size()) + R"(" failures=")" +
                               std::to_string(numbers.failures) + R"(" errors=")" + std::to_string(numbers.errors) +
                               R"(" time=")" + seconds_text(seconds) + R"(")";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + counts + ">\n  <testsuite name=\"" + name +
           R"(" timestamp=")" + time::timestamp_text(record.started) + R"(" skipped="0" )" + counts + ">\n" + cases +
           "  </testsuite>\n</testsuites>\n";
}

} // namespace sluice::smoke
