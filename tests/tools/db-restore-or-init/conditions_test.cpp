#include "tools/db-restore-or-init/conditions.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using namespace std::chrono_literals;

time::Wall const k_now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

OriginData data_of(std::chrono::minutes age) {
    return {.id = "20261121T001530Z-3f9a", .taken = k_now - age, .masked = true, .verified = true, .migration = "7"};
}

struct Case {
    Conditions conditions;
    OriginData data;
    Finding finding;
    std::string why;
};

TEST(Conditions, are_held_against_what_is_known) {
    OriginData const good = data_of(24h);
    OriginData nothing_known{};
    OriginData plain = good;
    plain.masked = plain.verified = false;
    std::vector<Case> const cases{
        {{}, good, Finding::usable, ""},
        {{}, nothing_known, Finding::usable, ""},
        {{26h, true, true, "7"}, good, Finding::usable, ""},
        {{24h, false, false, ""}, good, Finding::usable, ""},
        {{23h, false, false, ""}, good, Finding::too_old, "is 1d old, allowed are 23h"},
        {{23h, false, false, ""}, nothing_known, Finding::unreachable, "its age is not known"},
        {{23h, false, false, ""}, data_of(-6min), Finding::unreachable, "lies in the future"},
        {{23h, false, false, ""}, data_of(-4min), Finding::usable, ""},
        {{{}, true, false, ""}, plain, Finding::unverified, "was never verified"},
        {{{}, false, true, ""}, plain, Finding::unmasked, "is not masked"},
        {{1h, true, true, "8"}, plain, Finding::unmasked, "is not masked"},
        {{{}, false, false, "8"}, good, Finding::wrong_migration, "has migration '7', wanted is '8'"},
        {{{}, false, false, "8"}, nothing_known, Finding::wrong_migration, "says nothing of its migration"},
    };
    for (auto const& test : cases) {
        auto const fact = judge({Origin::Kind::snapshot, "latest", test.conditions}, test.data, k_now);
        EXPECT_EQ(fact.finding, test.finding) << test.why;
        EXPECT_NE(fact.why.find(test.why), std::string::npos) << fact.why;
        EXPECT_EQ(fact.why.empty(), test.finding == Finding::usable);
    }
}

} // namespace
} // namespace sluice::db_restore
