#include "tools/gate-wait/decision.hpp"

#include <gtest/gtest.h>

namespace sluice::gate_wait {
namespace {

using Kind = Expression::Kind;

Expression one(std::size_t index) { return {Kind::one, index, {}}; }
Expression all(std::vector<Expression> parts) { return {Kind::all, 0, std::move(parts)}; }
Expression any(std::vector<Expression> parts) { return {Kind::any, 0, std::move(parts)}; }
Expression inverse(Expression part) { return {Kind::inverse, 0, {std::move(part)}}; }

Observation open() { return saw_open(""); }
Observation closed() { return saw_closed(""); }
Observation unknown() { return saw_nothing(""); }

struct Row {
    Observation left;
    Observation right;
    Truth both;
    Truth either;
};

TEST(Decision, combines_as_kleene_does) {
    std::vector<Row> const table{
        {open(), open(), Truth::open, Truth::open},           {open(), closed(), Truth::closed, Truth::open},
        {open(), unknown(), Truth::unknown, Truth::open},     {closed(), closed(), Truth::closed, Truth::closed},
        {closed(), unknown(), Truth::closed, Truth::unknown}, {unknown(), unknown(), Truth::unknown, Truth::unknown}};
    for (auto const& row : table) {
        for (auto const& seen : {std::vector{row.left, row.right}, std::vector{row.right, row.left}}) {
            EXPECT_EQ(decide(all({one(0), one(1)}), seen).truth, row.both);
            EXPECT_EQ(decide(any({one(0), one(1)}), seen).truth, row.either);
        }
    }
}

TEST(Decision, keeps_unknown_unknown_below_not) {
    EXPECT_EQ(decide(inverse(one(0)), {unknown()}).truth, Truth::unknown);
    EXPECT_EQ(decide(inverse(one(0)), {open()}).truth, Truth::closed);
    EXPECT_EQ(decide(inverse(one(0)), {closed()}).truth, Truth::open);
    EXPECT_EQ(decide(inverse(inverse(one(0))), {unknown()}).truth, Truth::unknown);
}

TEST(Decision, never_opens_without_conditions) {
    EXPECT_NE(decide(all({}), {}).truth, Truth::open);
    EXPECT_NE(decide(any({}), {}).truth, Truth::open);
    EXPECT_NE(decide(inverse(all({})), {}).truth, Truth::open);
    EXPECT_NE(decide(inverse(any({})), {}).truth, Truth::open);
    EXPECT_NE(decide(one(3), {open()}).truth, Truth::open);
}

TEST(Decision, says_when_the_gate_cannot_open_any_more) {
    auto const lost = for_good(closed());
    auto const blind = for_good(unknown());
    EXPECT_EQ(decide(all({one(0), one(1)}), {open(), lost}).hopeless, Hopeless::by_no);
    EXPECT_EQ(decide(all({one(0), one(1)}), {open(), blind}).hopeless, Hopeless::by_doubt);
    EXPECT_EQ(decide(all({one(0), one(1)}), {lost, blind}).hopeless, Hopeless::by_no);
    EXPECT_EQ(decide(any({one(0), one(1)}), {closed(), lost}).hopeless, Hopeless::not_yet);
    EXPECT_EQ(decide(any({one(0), one(1)}), {lost, lost}).hopeless, Hopeless::by_no);
    EXPECT_EQ(decide(any({one(0), one(1)}), {lost, blind}).hopeless, Hopeless::by_doubt);
    EXPECT_EQ(decide(all({one(0), one(1)}), {closed(), unknown()}).hopeless, Hopeless::not_yet);
    EXPECT_EQ(decide(inverse(one(0)), {blind}).hopeless, Hopeless::by_doubt);
    EXPECT_EQ(decide(inverse(one(0)), {lost}).hopeless, Hopeless::not_yet);
}

TEST(Decision, takes_a_persons_no_for_the_whole) {
    auto no = for_good(closed());
    no.rejected = true;
    auto const decision = decide(any({one(0), one(1)}), {open(), no});
    EXPECT_EQ(decision.truth, Truth::closed);
    EXPECT_EQ(decision.hopeless, Hopeless::by_no);
}

} // namespace
} // namespace sluice::gate_wait
