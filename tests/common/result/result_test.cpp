#include "common/result/result.hpp"

#include <gtest/gtest.h>
#include <memory>

namespace sluice::result {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) {
        return fail(Errc::bad_data, std::to_string(number) + " is odd", "Give an even number.");
    }
    return number / 2;
}

Result<int> quarter(int number) {
    TRY_ASSIGN(int const once, half(number));
    TRY_ASSIGN(int const twice, half(once).map_error(while_doing("halving " + std::to_string(once))));
    return twice;
}

Result<void> check_even(int number) {
    return half(number).map([](int) {});
}

Result<std::string> describe(int number, int& reached) {
    TRY(check_even(number));
    ++reached;
    return "even";
}

Result<std::unique_ptr<int>> passed_on(Result<std::unique_ptr<int>> source) {
    TRY_ASSIGN(auto owned, std::move(source));
    return owned;
}

Result<std::pair<int, int>> pair_of(int a, int b) {
    TRY_ASSIGN(auto both, Result<std::pair<int, int>>{std::pair<int, int>(a, b)});
    return both;
}

TEST(Result, try_assign_gives_the_value) { EXPECT_EQ(quarter(12).value_or(-1), 3); }

TEST(Result, try_assign_returns_the_first_error_unchanged) {
    auto const outcome = quarter(7);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::bad_data);
    EXPECT_EQ(outcome.error().message, "7 is odd");
    EXPECT_EQ(outcome.error().hint, "Give an even number.");
    EXPECT_TRUE(outcome.error().context.empty());
}

TEST(Result, while_doing_adds_a_line_of_context) {
    auto const outcome = quarter(6);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().context, std::vector<std::string>{"halving 3"});
}

TEST(Result, while_doing_stores_the_innermost_line_first) {
    auto const outcome = quarter(6).map_error(while_doing("counting"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().context, (std::vector<std::string>{"halving 3", "counting"}));
}

TEST(Result, try_leaves_the_function_at_an_error_and_only_then) {
    int reached = 0;
    EXPECT_FALSE(describe(1, reached));
    EXPECT_EQ(reached, 0);
    EXPECT_EQ(describe(2, reached).value_or(""), "even");
    EXPECT_EQ(reached, 1);
}

TEST(Result, try_assign_moves_what_cannot_be_copied) {
    auto const outcome = passed_on(std::make_unique<int>(5));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(**outcome, 5);
}

TEST(Result, macros_take_expressions_with_commas) {
    auto const outcome = pair_of(1, 2);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->second, 2);
}

TEST(Result, try_assign_can_fill_an_existing_variable) {
    int kept = 0;
    auto const fill = [&]() -> Result<void> {
        TRY_ASSIGN(kept, half(8));
        return {};
    };
    EXPECT_TRUE(fill());
    EXPECT_EQ(kept, 4);
}

} // namespace
} // namespace sluice::result
