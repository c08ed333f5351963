#include "tools/db-restore-or-init/smoke_report.hpp"

#include "tests/support/must.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>

namespace sluice::db_restore {
namespace {

std::string report(std::string const& mode, std::string const& verdict, std::string const& rest = "") {
    return R"({"version": 1, "mode": ")" + mode + R"(", "smoke": {"verdict": ")" + verdict + "\"}" + rest + "}";
}

std::string command(std::string const& started) {
    return R"(, "during": {"command": {"started": )" + started + R"(}, "not_started_because": "red before"})";
}

/// What follows from a report with this text; empty `text`: there is no file.
struct Asked {
    Result<Need> need;
    std::string why;
};

Asked ask(std::string const& text, bool started) {
    test::TemporaryDirectory const folder;
    std::string const path = folder.file("report.json");
    if (!text.empty()) {
        std::ofstream(path) << text;
    }
    Asked asked{Need::put_back, {}};
    asked.need = needs_putting_back(started ? path : "", started ? "" : path, asked.why);
    return asked;
}

struct Case {
    std::string name;
    std::string text;
    bool started;               ///< asked by --if-started, else by --if-failed
    std::optional<Need> wanted; ///< nothing: unknown
};

class SmokeReportSays : public testing::TestWithParam<Case> {};

TEST_P(SmokeReportSays, whether_to_put_back) {
    auto const asked = ask(GetParam().text, GetParam().started);
    if (GetParam().wanted) {
        ASSERT_TRUE(asked.need) << asked.need.error().message;
        EXPECT_EQ(*asked.need, *GetParam().wanted);
    } else {
        ASSERT_FALSE(asked.need);
        EXPECT_EQ(asked.need.error().kind, Errc::unknown);
        EXPECT_FALSE(asked.need.error().hint.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, SmokeReportSays,
    testing::Values(Case{"ran", report("during", "fail", command("true")), true, Need::put_back},
                    Case{"did not run", report("during", "unknown", command("false")), true, Need::nothing_changed},
                    Case{"killed before its end", report("during", "unfinished", command("false")), true,
                         Need::put_back},
                    Case{"killed at its beginning", report("during", "unfinished"), true, Need::put_back},
                    Case{"of checks without a command", report("wait", "fail"), true, std::nullopt},
                    Case{"no command in it", report("during", "fail"), true, std::nullopt},
                    Case{"started is no boolean", report("during", "fail", command("\"no\"")), true, std::nullopt},
                    Case{"checks failed", report("wait", "fail"), false, Need::put_back},
                    Case{"checks could not look", report("wait", "unknown"), false, std::nullopt},
                    Case{"checks passed", report("wait", "pass"), false, std::nullopt},
                    Case{"checks were killed", report("wait", "unfinished"), false, std::nullopt},
                    Case{"missing", "", true, std::nullopt}, Case{"missing too", "", false, std::nullopt},
                    Case{"no JSON", "{", false, std::nullopt}, Case{"a list", "[]", false, std::nullopt},
                    Case{"another verdict", report("wait", "maybe"), false, std::nullopt},
                    Case{"another version", R"({"version": 2, "mode": "wait", "smoke": {"verdict": "fail"}})", false,
                         std::nullopt}),
    [](auto const& one) {
        std::string name = one.param.name + (one.param.started ? "_started" : "_failed");
        std::replace(name.begin(), name.end(), ' ', '_');
        return name;
    });

TEST(SmokeReport, explains_why_nothing_is_put_back) {
    EXPECT_EQ(ask(report("during", "unknown", command("false")), true).why, "the change was never started: red before");
}

TEST(SmokeReport, is_not_asked_for_unless_named) {
    std::string why;
    EXPECT_EQ(test::must(needs_putting_back("", "", why)), Need::put_back);
}

} // namespace
} // namespace sluice::db_restore
