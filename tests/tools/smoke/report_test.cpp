#include "common/json/json.hpp"
#include "tools/smoke/markup.hpp"
#include "tools/smoke/reports.hpp"
#include "tools/smoke/wrapped_command.hpp"

#include <gtest/gtest.h>

namespace sluice::smoke {
namespace {

ProbeResult result(Verdict verdict, Kind kind = Kind::none, std::string why = {}) {
    ProbeResult one;
    one.verdict = verdict;
    one.kind = kind;
    one.why = std::move(why);
    return one;
}

CheckFile const& four_checks() {
    static CheckFile const file = [] {
        CheckFile made;
        for (char const* id : {"a", "b", "c", "d"}) {
            made.checks.emplace_back().id = id;
        }
        made.checks[3].warn_only = true;
        return made;
    }();
    return file;
}

RunRecord record_of(std::vector<ProbeResult> const& results) {
    auto record = new_record("run", four_checks(), "stage", time::Wall{});
    for (std::size_t i = 0; i < results.size(); ++i) {
        add_attempt(record.checks[i], results[i], time::Wall{});
    }
    return record;
}

TEST(SmokeVerdict, is_the_most_severe) {
    auto const good = result(Verdict::pass);
    auto const bad = result(Verdict::fail, Kind::assertion);
    auto const blind = result(Verdict::unknown, Kind::denied);
    auto const wrong = result(Verdict::unknown, Kind::configuration);
    struct Case {
        std::vector<ProbeResult> results;
        cli::ExitCode code;
    };
    for (auto const& [results, code] : {Case{{good, good, good, good}, cli::ExitCode::ok},
                                        {{good, good, good, bad}, cli::ExitCode::ok},
                                        {{good, bad, good, good}, cli::ExitCode::no},
                                        {{good, blind, good, good}, cli::ExitCode::unknown},
                                        {{bad, blind, good, good}, cli::ExitCode::no},
                                        {{bad, blind, wrong, good}, cli::ExitCode::usage},
                                        {{good, good}, cli::ExitCode::unknown},
                                        {{}, cli::ExitCode::unknown}}) {
        EXPECT_EQ(verdict_of(record_of(results)), code);
    }
    EXPECT_EQ(verdict_of(RunRecord{}), cli::ExitCode::unknown);
}

TEST(SmokeReports, before_the_run_every_check_is_an_error) {
    std::string const text = junit_text(record_of({}));
    std::size_t errors = 0;
    for (std::size_t at = text.find("<error "); at != std::string::npos; at = text.find("<error ", at + 1)) {
        ++errors;
    }
    EXPECT_EQ(errors, 4U) << text;
    EXPECT_NE(text.find("tests=\"4\" failures=\"0\" errors=\"4\""), std::string::npos) << text;
}

TEST(SmokeReports, a_report_that_cannot_be_written_spares_no_failed_run_and_fails_a_good_one) {
    Result<void> const lost = fail(Errc::not_found, "no space");
    EXPECT_EQ(with_reports(cli::ExitCode::no, lost).value(), cli::ExitCode::no);
    EXPECT_FALSE(with_reports(cli::ExitCode::ok, lost));
    EXPECT_EQ(with_reports(cli::ExitCode::ok, {}).value(), cli::ExitCode::ok);
}

TEST(SmokeReports, class_has_no_dot_of_the_environment) {
    auto record = record_of({});
    record.environment = "review/shop.example";
    EXPECT_NE(junit_text(record).find("classname=\"smoke.review-shop-example.after\""), std::string::npos);
}

TEST(Markup, survives_every_byte) {
    EXPECT_EQ(escaped_markup("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
    EXPECT_EQ(escaped_markup("caf\xc3\xa9 \xf0\x9f\x98\x80"), "caf\xc3\xa9 \xf0\x9f\x98\x80");
    std::string const replaced = "\xef\xbf\xbd";
    for (char const* wrong : {"\x01", "\x1b", "\x7f", "\xe9", "\xc0", "\xff", "\xef\xbf\xbe"}) {
        EXPECT_EQ(escaped_markup(wrong), replaced) << wrong;
    }
    EXPECT_EQ(escaped_markup("\xed\xa0\x80"), replaced + replaced + replaced);
    EXPECT_EQ(escaped_markup("a\r\nb\tc"), "a\nb\tc");
    EXPECT_EQ(escaped_markup(std::string("a\0b", 3)), "a" + replaced + "b");
}

TEST(Markup, writes_seconds_with_a_point) {
    EXPECT_EQ(seconds_text(1.25), "1.250");
    EXPECT_EQ(seconds_text(0), "0.000");
    EXPECT_EQ(seconds_text(1234567.8912, 1), "1234567.9");
}

TEST(PhaseMark, is_read_from_a_line_of_its_own) {
    EXPECT_EQ(phase_in("sluice-phase: migrate"), "migrate");
    EXPECT_EQ(phase_in("  sluice-phase:migrate the rest \r"), "migrate the rest");
    EXPECT_FALSE(phase_in("echo sluice-phase: migrate"));
    EXPECT_FALSE(phase_in("sluice-phase:"));
    EXPECT_FALSE(phase_in(""));
    EXPECT_EQ(phase_in("sluice-phase: " + std::string(100, 'x')).value().size(), 60U);
}

} // namespace
} // namespace sluice::smoke
