#include "tools/db-restore-or-init/command_origin.hpp"

#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_runner.hpp"
#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

Origin const k_origin{Origin::Kind::command, "./clone.sh", {}};

Result<Surveyed> ask(process::Outcome outcome, Origin const& origin = k_origin) {
    test::FakeRunner runner;
    test::FakeClock const clock;
    runner.when("sh", std::move(outcome));
    return look_at_command(origin, "union", runner, clock);
}

TEST(CommandOrigin, is_believed_by_its_exit_code_alone) {
    struct Case {
        int exit_code;
        Finding finding;
    };
    for (auto const& test : std::vector<Case>{{0, Finding::usable},
                                              {10, Finding::never},
                                              {11, Finding::gone},
                                              {1, Finding::unreachable},
                                              {3, Finding::unreachable},
                                              {75, Finding::unreachable},
                                              {127, Finding::unreachable},
                                              {137, Finding::unreachable}}) {
        auto const surveyed = test::must(ask({.exit_code = test.exit_code, .error_output = "so it is\n"}));
        EXPECT_EQ(surveyed.fact.finding, test.finding) << test.exit_code;
        EXPECT_EQ(surveyed.fact.origin, "command:./clone.sh");
        EXPECT_EQ(surveyed.command.has_value(), test.exit_code == 0);
        EXPECT_TRUE(test.exit_code == 0 || surveyed.fact.why.ends_with(": so it is")) << surveyed.fact.why;
    }
}

TEST(CommandOrigin, is_asked_without_a_database_and_with_its_step) {
    test::FakeRunner runner;
    test::FakeClock const clock;
    runner.when("sh", process::Outcome{});
    test::must(look_at_command(k_origin, "union", runner, clock));
    auto const& call = runner.calls().at(0);
    EXPECT_EQ(call.arguments, (std::vector<std::string>{"sh", "-c", "./clone.sh"}));
    EXPECT_EQ(call.environment.at("SLUICE_ORIGIN_STEP"), "check");
    EXPECT_EQ(call.environment.at("SLUICE_STAGE"), "union");
    EXPECT_FALSE(call.environment.contains("PGDATABASE"));
}

TEST(CommandOrigin, says_what_its_data_is) {
    Origin masked = k_origin;
    masked.conditions.masked = true;
    EXPECT_EQ(test::must(ask({}, masked)).fact.finding, Finding::unmasked);
    auto const surveyed = test::must(ask({.output = "SLUICE_ORIGIN_MASKED=true\nSLUICE_ORIGIN_ID=clone 7\n"
                                                    "SLUICE_ORIGIN_TAKEN=2026-11-22T00:15:30Z\n\n"
                                                    "SLUICE_ORIGIN_VERIFIED=false\nSLUICE_ORIGIN_MIGRATION=V3\n"},
                                         masked));
    EXPECT_EQ(surveyed.fact.finding, Finding::usable);
    EXPECT_EQ(surveyed.command->id, "clone 7");
    EXPECT_EQ(surveyed.command->migration, "V3");
    EXPECT_TRUE(surveyed.command->taken);
    EXPECT_FALSE(surveyed.command->verified);
}

TEST(CommandOrigin, is_told_what_it_may_say) {
    for (char const* output :
         {"hello\n", "SLUICE_ORIGIN_MASKED=yes\n", "SLUICE_ORIGIN_MASK=true\n", "SLUICE_ORIGIN_TAKEN=yesterday\n"}) {
        EXPECT_FALSE(ask({.output = output})) << output;
    }
    auto const outcome = ask({.output = "SLUICE_ORIGIN_MASK=true\n"});
    EXPECT_EQ(outcome.error().kind, Errc::usage);
    EXPECT_EQ(outcome.error().hint, "did you mean 'SLUICE_ORIGIN_MASKED'?");
}

} // namespace
} // namespace sluice::db_restore
