#include "tools/db-restore-or-init/loss_acceptance.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using Names = std::set<std::string>;

TableLoss loss(std::string table, Certainty certainty, snapshot::RowChanges rows, TableFate fate = TableFate::kept) {
    return {std::move(table), fate, certainty, rows, {}, {}};
}

TableLoss written() { return loss("shop.items", Certainty::exact, {2, 1, 0}); }
TableLoss deleted() { return loss("shop.items", Certainty::exact, {2, 0, 1}); }
TableLoss guessed() { return loss("shop.items", Certainty::estimate, {2, 0, 0}); }
TableLoss guessed_none() { return loss("shop.items", Certainty::estimate, {0, 0, 0}); }
TableLoss unknown() { return loss("shop.items", Certainty::unknown, {}); }
TableLoss added() { return loss("shop.items", Certainty::exact, {5, 0, 0}, TableFate::added); }
TableLoss dropped() { return loss("shop.items", Certainty::exact, {}, TableFate::dropped); }
TableLoss unchanged() { return loss("shop.items", Certainty::exact, {}); }

Acceptance nothing() { return {}; }
Acceptance everything() { return {true, {}}; }
Acceptance items() { return {false, {"shop.items"}}; }
Acceptance others() { return {false, {"shop.orders"}}; }

constexpr auto k_nothing = LossVerdict::nothing_lost;
constexpr auto k_yes = LossVerdict::accepted;
constexpr auto k_no = LossVerdict::refused;

struct Case {
    char const* what;
    std::vector<TableLoss> losses;
    // nothing, another table, this table, all; then the same with the table rescued
    std::vector<LossVerdict> verdicts;
    std::vector<LossVerdict> rescued;
};

class Judging : public testing::TestWithParam<Case> {};

TEST_P(Judging, gives_the_documented_verdict) {
    auto const& given = GetParam();
    std::vector<Acceptance> const acceptances{nothing(), others(), items(), everything()};
    LossReport const report{given.losses, {}, {}};
    for (std::size_t i = 0; i < acceptances.size(); ++i) {
        auto const plain = judge_loss(report, acceptances[i], {});
        auto const rescued = judge_loss(report, acceptances[i], {"shop.items"});
        EXPECT_EQ(name_of(plain.verdict), name_of(given.verdicts[i])) << given.what << ", acceptance " << i;
        EXPECT_EQ(name_of(rescued.verdict), name_of(given.rescued[i])) << given.what << ", rescued, acceptance " << i;
        EXPECT_EQ(plain.advice.empty(), plain.verdict != k_no) << given.what;
        EXPECT_EQ(plain.accepted.empty(), plain.verdict != k_yes) << given.what;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Losses, Judging,
    testing::Values(
        Case{
            "no table", {}, {k_nothing, k_nothing, k_nothing, k_nothing}, {k_nothing, k_nothing, k_nothing, k_nothing}},
        Case{"unchanged",
             {unchanged()},
             {k_nothing, k_nothing, k_nothing, k_nothing},
             {k_nothing, k_nothing, k_nothing, k_nothing}},
        Case{"dropped",
             {dropped()},
             {k_nothing, k_nothing, k_nothing, k_nothing},
             {k_nothing, k_nothing, k_nothing, k_nothing}},
        Case{"written", {written()}, {k_no, k_no, k_yes, k_yes}, {k_nothing, k_nothing, k_nothing, k_nothing}},
        Case{"deleted", {deleted()}, {k_no, k_no, k_yes, k_yes}, {k_no, k_no, k_yes, k_yes}},
        Case{"estimate", {guessed()}, {k_no, k_no, k_yes, k_yes}, {k_no, k_no, k_yes, k_yes}},
        Case{"estimate of none", {guessed_none()}, {k_no, k_no, k_yes, k_yes}, {k_no, k_no, k_yes, k_yes}},
        Case{"unknown", {unknown()}, {k_no, k_no, k_no, k_yes}, {k_no, k_no, k_no, k_yes}},
        Case{"added", {added()}, {k_no, k_no, k_yes, k_yes}, {k_nothing, k_nothing, k_nothing, k_nothing}},
        Case{"two tables",
             {written(), loss("shop.orders", Certainty::exact, {0, 0, 1})},
             {k_no, k_no, k_no, k_yes},
             {k_no, k_yes, k_no, k_yes}},
        Case{"one of two unknown",
             {loss("shop.orders", Certainty::unknown, {}), written()},
             {k_no, k_no, k_no, k_yes},
             {k_no, k_no, k_no, k_yes}}));

TEST(Acceptance, reads_what_the_option_takes) {
    auto const read = test::must(parse_acceptance({"shop.items", "large-objects", "a.b.c"}));
    EXPECT_FALSE(read.all);
    EXPECT_EQ(read.tables, (Names{"shop.items", "large-objects", "a.b.c"}));
    EXPECT_TRUE(test::must(parse_acceptance({"all"})).all);
    for (auto const* wrong : {"", "items", "shop.", ".items", "ALL"}) {
        auto const refused = parse_acceptance({wrong});
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().kind, Errc::usage);
    }
}

TEST(Acceptance, of_a_misspelt_table_is_a_mistake) {
    std::vector<std::string> const known{"shop.items", "shop.orders"};
    EXPECT_TRUE(check_tables_known("--accept-loss", {"shop.items", "large-objects"}, known));
    auto const wrong = check_tables_known("--accept-loss", {"shop.item"}, known);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().kind, Errc::usage);
    EXPECT_NE(wrong.error().hint.find("did you mean 'shop.items'"), std::string::npos) << wrong.error().hint;
}

snapshot::Table table(snapshot::WriteCounters counters) {
    snapshot::Table made;
    made.schema = "shop";
    made.name = "items";
    made.counters = counters;
    return made;
}

struct Estimate {
    char const* what;
    snapshot::WriteCounters then;
    snapshot::WriteCounters now;
    std::int64_t more_rows;
    std::string doubt;
    Certainty certainty;
    snapshot::RowChanges rows;
};

class Estimating : public testing::TestWithParam<Estimate> {};

TEST_P(Estimating, believes_the_statistics_only_where_they_can_be_right) {
    auto const& given = GetParam();
    auto const found = estimate_loss(table(given.then), table(given.now), given.more_rows, given.doubt);
    EXPECT_EQ(name_of(found.certainty), name_of(given.certainty)) << given.what;
    EXPECT_EQ(found.rows.inserted, given.rows.inserted) << given.what;
    EXPECT_EQ(found.rows.updated, given.rows.updated) << given.what;
    EXPECT_EQ(found.rows.deleted, given.rows.deleted) << given.what;
    EXPECT_TRUE(found.loses()) << given.what;
}

INSTANTIATE_TEST_SUITE_P(
    Tables, Estimating,
    testing::Values(
        Estimate{"more of each", {10, 5, 1}, {13, 9, 2}, 2, "", Certainty::estimate, {3, 4, 1}},
        Estimate{"inserts that were rolled back", {10, 0, 0}, {15, 1, 0}, 0, "", Certainty::estimate, {5, 1, 0}},
        Estimate{"lower than then", {10, 5, 1}, {13, 4, 2}, 2, "", Certainty::unknown, {}},
        Estimate{"saw nothing", {10, 5, 1}, {10, 5, 1}, 0, "", Certainty::unknown, {}},
        Estimate{"saw too little", {10, 5, 1}, {11, 5, 1}, 7, "", Certainty::unknown, {}},
        Estimate{"in doubt", {10, 5, 1}, {13, 9, 2}, 2, "the statistics were reset", Certainty::unknown, {}}));

TEST(Counters, are_doubted_after_a_reset_a_restart_and_a_step_back) {
    snapshot::Inventory then;
    then.statistics_reset = "2026-01-01";
    then.transactions = 100;
    snapshot::Inventory now = then;
    now.transactions = 100;
    EXPECT_EQ(doubt_about_counters(then, now, false), "");
    EXPECT_NE(doubt_about_counters(then, now, true), "");
    now.transactions = 99;
    EXPECT_NE(doubt_about_counters(then, now, false), "");
    now.transactions = 200;
    now.statistics_reset = "2026-01-02";
    EXPECT_NE(doubt_about_counters(then, now, false), "");
}

} // namespace
} // namespace sluice::db_restore
