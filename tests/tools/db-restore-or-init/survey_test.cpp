#include "tools/db-restore-or-init/survey.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

TEST(ChooseName, takes_what_was_given) {
    EXPECT_EQ(test::must(choose_name("shop", "acceptance", {"acceptance", "blog"})), "shop");
}

TEST(ChooseName, prefers_the_targets_own_name) {
    EXPECT_EQ(test::must(choose_name("", "acceptance", {"acceptance", "shop"})), "acceptance");
    EXPECT_EQ(test::must(choose_name("", "acceptance", {})), "acceptance");
}

TEST(ChooseName, takes_the_only_one) { EXPECT_EQ(test::must(choose_name("", "acceptance", {"shop"})), "shop"); }

// Guessing here could take "no snapshot of that name" for "there never was one".
TEST(ChooseName, asks_where_several_are_meant) {
    auto const outcome = choose_name("", "acceptance", {"blog", "shop"});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::usage);
    EXPECT_NE(outcome.error().message.find("'blog', 'shop'"), std::string::npos);
}

} // namespace
} // namespace sluice::db_restore
