#include "tools/gate-wait/cron.hpp"

#include "tools/gate-wait/freeze.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace sluice::gate_wait {
namespace {

using std::chrono::seconds;

std::shared_ptr<TimeZone const> zone(std::string const& name) {
    auto loaded = TimeZone::load(name, ci::Environment{});
    return loaded ? *loaded : nullptr;
}

Instant at(std::int64_t when) { return Instant{seconds{when}}; }

// fugit.tsv: what Ruby's fugit 1.5.2 itself says: cron, zone, instant, occurrence before, occurrence after.
TEST(Cron, occurs_when_fugit_says) {
    std::ifstream table(SLUICE_FUGIT_TABLE);
    std::size_t rows = 0;
    for (std::string line; std::getline(table, line); ++rows) {
        std::istringstream fields(line);
        std::string cron_text;
        std::string zone_name;
        std::int64_t now = 0;
        std::int64_t before = 0;
        std::int64_t after = 0;
        std::getline(fields, cron_text, '\t');
        std::getline(fields, zone_name, '\t');
        fields >> now >> before >> after;
        auto const cron = parse_cron(cron_text);
        auto const place = zone(zone_name);
        ASSERT_TRUE(cron && place) << line;
        // fugit's "previous" is never the instant itself.
        EXPECT_EQ(last_before(*cron, *place, at(now - 1), Take::earlier), at(before)) << line;
        EXPECT_EQ(first_after(*cron, *place, at(now), Take::earlier), at(after)) << line;
    }
    EXPECT_GT(rows, 300U);
}

TEST(Cron, joins_the_day_fields_where_an_ampersand_says_so) {
    // 2026-06-01 is a Monday; the first Mondays of a month are its 1st to 7th.
    for (char const* text : {"0 12 1-7 * 1&", "0 12 1-7& * 1"}) {
        auto const cron = parse_cron(text);
        ASSERT_TRUE(cron) << text;
        EXPECT_TRUE(falls_on(*cron, std::chrono::local_days{std::chrono::year{2026} / 6 / 1}));
        EXPECT_FALSE(falls_on(*cron, std::chrono::local_days{std::chrono::year{2026} / 6 / 2}));
        EXPECT_FALSE(falls_on(*cron, std::chrono::local_days{std::chrono::year{2026} / 6 / 8}));
    }
}

TEST(Cron, refuses_what_it_does_not_read) {
    for (char const* text : {"",
                             "* * * *",
                             "* * * * * *",
                             "@daily",
                             "60 * * * *",
                             "* 24 * * *",
                             "0 0 0 * *",
                             "0 0 32 * *",
                             "0 0 * 13 *",
                             "0 0 * * 8",
                             "0 0 * * mon#6",
                             "0 0 * * mon#0",
                             "0 0 * * tue%0",
                             "0 0 * * tue%x",
                             "0 0 * * wed%3+2",
                             "0 0 * * mon#1,mon#3",
                             "0 0 * * mon-fri#1",
                             "5-1 * * * *",
                             "*/0 * * * *",
                             "a * * * *",
                             "1, * * * *",
                             "0 0 * * fri-mon",
                             "0 0 W * *",
                             "0 0 15W * *",
                             "H * * * *",
                             "0 0 * * * UTC",
                             "every day at noon"}) {
        EXPECT_FALSE(parse_cron(text)) << text;
    }
}

TEST(Freeze, holds_from_its_start_through_its_end) {
    FreezePeriod const weekend{*parse_cron("0 23 * * 5"), *parse_cron("0 7 * * 1"), zone("Europe/Berlin")};
    // Friday 2026-11-20 22:00Z to Monday 2026-11-23 06:00Z
    std::int64_t const begin = 1'795'212'000;
    std::int64_t const end = 1'795'413'600;
    EXPECT_FALSE(read_freeze(weekend, at(begin - 1)).frozen);
    EXPECT_TRUE(read_freeze(weekend, at(begin)).frozen);
    EXPECT_EQ(read_freeze(weekend, at(begin + 3600)).until, at(end));
    EXPECT_TRUE(read_freeze(weekend, at(end)).frozen) << "the server counts the end itself";
    EXPECT_FALSE(read_freeze(weekend, at(end + 1)).frozen);
}

TEST(Freeze, is_not_shortened_by_changed_clocks) {
    // 02:30 comes twice on 2026-10-25: 00:30Z and 01:30Z. From the first, to the second.
    FreezePeriod const from{*parse_cron("30 2 25 10 *"), *parse_cron("0 12 25 10 *"), zone("Europe/Berlin")};
    std::int64_t const first = 1'792'888'200;
    EXPECT_FALSE(read_freeze(from, at(first - 1)).frozen);
    EXPECT_TRUE(read_freeze(from, at(first)).frozen);
    FreezePeriod const to{*parse_cron("0 0 25 10 *"), *parse_cron("30 2 25 10 *"), zone("Europe/Berlin")};
    EXPECT_TRUE(read_freeze(to, at(first + 3600)).frozen);
    EXPECT_FALSE(read_freeze(to, at(first + 3601)).frozen);
}

} // namespace
} // namespace sluice::gate_wait
