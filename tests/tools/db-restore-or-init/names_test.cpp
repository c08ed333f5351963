#include "tools/db-restore-or-init/names.hpp"

#include "tests/support/fake_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

TEST(Names, recognise_only_what_this_tool_writes) {
    test::FakeClock const clock;
    for (std::string const target :
         {"shop", "Odd \"name\"", "a_name_of_sixty_three_bytes_which_is_the_longest_that_there_is_abcd"}) {
        std::string const fresh = new_name(target, clock);
        std::string const old = old_name(target, clock.wall_now());
        EXPECT_LE(fresh.size(), 63U);
        EXPECT_TRUE(is_new_name(target, fresh)) << fresh;
        EXPECT_TRUE(is_old_name(target, old)) << old;
        EXPECT_FALSE(is_new_name(target, old));
        EXPECT_FALSE(is_old_name(target, fresh));
        EXPECT_FALSE(is_old_name("other", old));
        EXPECT_FALSE(is_old_name(target, old + "x"));
        EXPECT_FALSE(is_old_name(target, "x" + old));
    }
    EXPECT_EQ(old_name("shop", clock.wall_now()), "shop__old_20261122t000000z");
}

TEST(Names, leave_peoples_own_names_alone) {
    for (char const* name :
         {"shop", "shop__old", "shop__old_things", "shop__old_20261122", "shop__new_20261122t000000z",
          "shop__old_20261122T000000Z", "shop__old_20261122t000000z_2", "shop_old_20261122t000000z"}) {
        EXPECT_FALSE(is_old_name("shop", name)) << name;
        EXPECT_FALSE(is_new_name("shop", name)) << name;
    }
    EXPECT_FALSE(is_template_name("sluice_template_shop"));
    EXPECT_TRUE(is_template_name(template_name("shop", "20261122T001530Z-3f9a")));
}

TEST(Names, tell_long_databases_apart) {
    std::string const one(60, 'a');
    std::string const other = std::string(59, 'a') + "b";
    test::FakeClock const clock;
    EXPECT_NE(old_name(one, clock.wall_now()), old_name(other, clock.wall_now()));
    EXPECT_FALSE(is_old_name(other, old_name(one, clock.wall_now())));
}

TEST(Names, of_old_databases_sort_by_time) {
    test::FakeClock clock;
    std::string const earlier = old_name("shop", clock.wall_now());
    clock.advance(std::chrono::hours{30});
    EXPECT_LT(earlier, old_name("shop", clock.wall_now()));
}

} // namespace
} // namespace sluice::db_restore
