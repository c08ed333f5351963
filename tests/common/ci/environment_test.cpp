#include "common/ci/environment.hpp"

#include <cstdlib>
#include <gtest/gtest.h>

namespace sluice::ci {
namespace {

TEST(Environment, gives_what_was_put_in) {
    Environment const environment{{{"A", "1"}}};
    EXPECT_EQ(environment.get("A"), "1");
    EXPECT_EQ(environment.get("B"), std::nullopt);
}

TEST(Environment, takes_an_empty_variable_for_an_unset_one) {
    EXPECT_EQ((Environment{{{"A", ""}}}.get("A")), std::nullopt);
}

TEST(Environment, copies_that_of_the_process) {
    setenv("SLUICE_TEST_VARIABLE", "a=b=c", 1);
    EXPECT_EQ(Environment::of_process().get("SLUICE_TEST_VARIABLE"), "a=b=c");
    unsetenv("SLUICE_TEST_VARIABLE");
    EXPECT_EQ(Environment::of_process().get("SLUICE_TEST_VARIABLE"), std::nullopt);
}

} // namespace
} // namespace sluice::ci
