#include "tools/gate-wait/approval_judgement.hpp"

#include <gtest/gtest.h>

namespace sluice::gate_wait {
namespace {

using namespace std::chrono_literals;

time::Wall const k_now{std::chrono::seconds{1'795'305'600}};
Subject const k_subject{"abc123", "production", "carol", ""};

Approval approved(std::string name, std::chrono::seconds ago = 60s) {
    return {"store", std::move(name), "approved", k_now - ago, ""};
}
Approval rejected(std::string name, std::chrono::seconds ago = 60s) {
    return {"store", std::move(name), "rejected", k_now - ago, "no"};
}

Observation judge(ApprovalRules const& rules, std::vector<Approval> const& words) {
    return judge_approvals(rules, k_subject, words, k_now);
}

TEST(Approvals, open_with_enough_different_people) {
    EXPECT_EQ(judge({}, {}).truth, Truth::closed);
    EXPECT_EQ(judge({}, {approved("alice")}).truth, Truth::open);
    ApprovalRules const two{2, {}, {}, false};
    EXPECT_EQ(judge(two, {approved("alice")}).truth, Truth::closed);
    EXPECT_EQ(judge(two, {approved("alice"), approved("Alice", 5s)}).truth, Truth::closed)
        << "one person is one person";
    EXPECT_EQ(judge(two, {approved("alice"), approved("bob")}).truth, Truth::open);
}

TEST(Approvals, of_the_one_who_asked_do_not_count) {
    EXPECT_EQ(judge({}, {approved("carol")}).truth, Truth::closed);
    EXPECT_EQ(judge({}, {approved("CAROL")}).truth, Truth::closed);
    EXPECT_EQ(judge({1, {}, {}, true}, {approved("carol")}).truth, Truth::open);
}

TEST(Approvals, count_from_allowed_people_only) {
    ApprovalRules const rules{1, {"alice", "bob"}, {}, false};
    EXPECT_EQ(judge(rules, {approved("mallory")}).truth, Truth::closed);
    EXPECT_EQ(judge(rules, {approved("mallory"), approved("bob")}).truth, Truth::open);
}

TEST(Approvals, grow_old_and_may_not_come_from_the_future) {
    ApprovalRules const rules{1, {}, 1h, false};
    EXPECT_EQ(judge(rules, {approved("alice", 3600s)}).truth, Truth::open);
    EXPECT_EQ(judge(rules, {approved("alice", 3601s)}).truth, Truth::closed);
    EXPECT_EQ(judge(rules, {approved("alice", -119s)}).truth, Truth::open) << "clocks differ a little";
    EXPECT_EQ(judge(rules, {approved("alice", -121s)}).truth, Truth::unknown);
    EXPECT_EQ(judge(rules, {{"gitlab", "alice", "approved", {}, ""}}).truth, Truth::unknown) << "no time";
    EXPECT_EQ(judge({}, {{"gitlab", "alice", "approved", {}, ""}}).truth, Truth::open) << "no age is asked for";
    EXPECT_EQ(judge({}, {{"jenkins", "", "approved", k_now, ""}}).truth, Truth::unknown) << "nobody";
}

TEST(Approvals, end_with_a_rejection_until_the_same_person_thinks_better_of_it) {
    auto const no = judge({}, {approved("alice"), rejected("bob")});
    EXPECT_EQ(no.truth, Truth::closed);
    EXPECT_TRUE(no.rejected);
    EXPECT_TRUE(no.final);
    EXPECT_TRUE(judge({1, {"alice"}, {}, false}, {approved("alice"), rejected("mallory")}).rejected);
    EXPECT_EQ(judge({}, {rejected("bob", 60s), approved("bob", 30s)}).truth, Truth::open);
    EXPECT_TRUE(judge({}, {approved("bob", 30s), rejected("bob", 20s)}).rejected);
    EXPECT_TRUE(judge({}, {rejected("bob", 20s), approved("bob", 30s)}).rejected)
        << "in whatever order they are listed";
}

TEST(Approvals, that_are_neither_yes_nor_no_are_nothing) {
    EXPECT_EQ(judge({}, {{"gitlab", "alice", "pending", k_now, ""}, {"gitlab", "bob", "", k_now, ""}}).truth,
              Truth::closed);
}

} // namespace
} // namespace sluice::gate_wait
