#include "common/snapshot/row_difference.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::snapshot {
namespace {

using Texts = std::vector<std::string>;

struct Case {
    char const* what;
    RowShape before;
    RowShape now;
    Texts rows_before;
    Texts rows_now;
    RowChanges changes;
};

RowShape keyed() { return {{0}, {0, 1}}; }
RowShape keyless() { return {{}, {0, 1}}; }

class Difference : public testing::TestWithParam<Case> {};

TEST_P(Difference, counts_each_row_once) {
    auto const& given = GetParam();
    RowDifference difference(given.before, given.now);
    for (auto const& row : given.rows_before) {
        difference.add_before(row);
    }
    for (auto const& row : given.rows_now) {
        difference.add_now(row);
    }
    auto const changes = difference.changes();
    EXPECT_EQ(changes.inserted, given.changes.inserted) << given.what;
    EXPECT_EQ(changes.updated, given.changes.updated) << given.what;
    EXPECT_EQ(changes.deleted, given.changes.deleted) << given.what;
}

INSTANTIATE_TEST_SUITE_P(
    Tables, Difference,
    testing::Values(Case{"both empty", keyed(), keyed(), {}, {}, {0, 0, 0}},
                    Case{"another order", keyed(), keyed(), {"1\ta\n", "2\tb\n"}, {"2\tb\n", "1\ta\n"}, {0, 0, 0}},
                    Case{
                        "one of each", keyed(), keyed(), {"1\ta", "2\tb", "3\tc"}, {"1\ta", "2\tX", "4\td"}, {1, 1, 1}},
                    Case{"all gone", keyed(), keyed(), {"1\ta", "2\tb"}, {}, {0, 0, 2}},
                    Case{"null is no text", keyed(), keyed(), {"1\t\\N"}, {"1\tN"}, {0, 1, 0}},
                    Case{"without a key an update is two", keyless(), keyless(), {"1\ta"}, {"1\tb"}, {1, 0, 1}},
                    Case{"without a key equal rows are counted",
                         keyless(),
                         keyless(),
                         {"1\ta", "1\ta", "1\ta"},
                         {"1\ta", "2\tb"},
                         {1, 0, 2}},
                    Case{"more equal rows than before", keyless(), keyless(), {"1\ta"}, {"1\ta", "1\ta"}, {1, 0, 0}},
                    Case{"a dropped column is left out", {{0}, {0, 2}}, keyed(), {"1\tgone\ta"}, {"1\ta"}, {0, 0, 0}},
                    Case{"a tab inside a value", keyed(), keyed(), {"1\ta\\tb"}, {"1\ta\\tb"}, {0, 0, 0}}));

TEST(RowDifference, counts_a_touched_row_as_updated) {
    RowDifference difference(keyed(), keyed());
    difference.add_before("1\ta");
    difference.add_now("1\ta", true);
    EXPECT_EQ(difference.changes().updated, 1U);
}

TEST(RowSplitter, finds_the_rows_wherever_the_stream_is_cut) {
    std::string const text = "1\ta\n\n22\tbb\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Texts rows;
        RowSplitter splitter([&](std::string_view row) -> Result<void> {
            rows.emplace_back(row);
            return {};
        });
        test::must(splitter.add(std::string_view(text).substr(0, cut)));
        test::must(splitter.add(std::string_view(text).substr(cut)));
        EXPECT_EQ(rows, (Texts{"1\ta\n", "\n", "22\tbb\n"})) << cut;
    }
}

} // namespace
} // namespace sluice::snapshot
