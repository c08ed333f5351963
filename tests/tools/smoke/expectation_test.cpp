#include "tools/smoke/expectation.hpp"

#include "common/json/json.hpp"
#include "tools/smoke/pattern.hpp"

#include <gtest/gtest.h>

namespace sluice::smoke {
namespace {

std::shared_ptr<Json const> value(char const* text) { return std::make_shared<Json const>(Json::parse(text)); }

bool holds(Op op, char const* wanted, char const* actual) {
    auto const expectation = make_expectation({"x", ""}, op, wanted == nullptr ? nullptr : value(wanted));
    EXPECT_TRUE(expectation) << name_of(op) << " " << (wanted == nullptr ? "" : wanted);
    return !judge(*expectation, actual == nullptr ? Found{} : Found{value(actual), {}});
}

TEST(Expectation, compares_without_coercion) {
    struct Case {
        Op op;
        char const* wanted;
        char const* actual;
        bool holds;
    };
    for (auto const& one : {Case{Op::eq, "1", "1", true},
                            {Op::eq, "1", "1.0", true},
                            {Op::eq, "1", R"("1")", false},
                            {Op::eq, R"("1")", "1", false},
                            {Op::eq, "true", "1", false},
                            {Op::eq, "null", "null", true},
                            {Op::eq, "null", nullptr, false},
                            {Op::eq, "[1, 2]", "[1, 2]", true},
                            {Op::ne, "1", "2", true},
                            {Op::ne, "1", R"("1")", true},
                            {Op::ne, "1", nullptr, false},
                            {Op::lt, "2", "1.5", true},
                            {Op::lt, "2", "2", false},
                            {Op::le, "2", "2", true},
                            {Op::gt, "2", R"("3")", false},
                            {Op::ge, "2", "2", true},
                            {Op::in, "[200, 204]", "204", true},
                            {Op::in, "[200]", R"("200")", false},
                            {Op::contains, R"("b")", R"("abc")", true},
                            {Op::contains, "1", "[1]", true},
                            {Op::contains, R"("1")", "[1]", false},
                            {Op::contains, R"("a")", R"({"a": 1})", false},
                            {Op::matches, R"("^a.c$")", R"("abc")", true},
                            {Op::matches, R"(".*")", "1", false},
                            {Op::exists, nullptr, "null", true},
                            {Op::exists, nullptr, nullptr, false},
                            {Op::absent, nullptr, nullptr, true},
                            {Op::absent, nullptr, "null", false},
                            {Op::type, R"("integer")", "1", true},
                            {Op::type, R"("integer")", "1.5", false},
                            {Op::type, R"("number")", "1.5", true},
                            {Op::type, R"("array")", "[]", true},
                            {Op::len_eq, "2", R"("\u00e9x")", true},
                            {Op::len_gt, "1", "[1]", false},
                            {Op::len_ge, "0", "1", false}}) {
        EXPECT_EQ(holds(one.op, one.wanted, one.actual), one.holds)
            << name_of(one.op) << " " << (one.wanted == nullptr ? "-" : one.wanted) << " on "
            << (one.actual == nullptr ? "nothing" : one.actual);
    }
}

TEST(Expectation, takes_what_could_not_be_read_for_nothing_not_for_absent) {
    auto const absent = make_expectation({"json", "/x"}, Op::absent, nullptr);
    EXPECT_TRUE(judge(*absent, Found{nullptr, "the body is no JSON"}));
}

TEST(Expectation, names_both_types) {
    auto const mismatch = judge(*make_expectation({"json", "/n"}, Op::eq, value("1")), Found{value(R"("1")"), {}});
    ASSERT_TRUE(mismatch);
    EXPECT_EQ(mismatch->on, "json:/n");
    EXPECT_EQ(mismatch->expected, "number 1");
    EXPECT_EQ(mismatch->actual, R"(string "1")");
}

TEST(Expectation, refuses_what_asserts_nothing_or_cannot_hold) {
    using Refused = std::pair<Op, char const*>;
    for (auto const& [op, wanted] : {Refused{Op::eq, nullptr},
                                     {Op::exists, "1"},
                                     {Op::lt, R"("5")"},
                                     {Op::in, "[]"},
                                     {Op::in, "200"},
                                     {Op::contains, R"("")"},
                                     {Op::matches, "1"},
                                     {Op::matches, R"("(")"},
                                     {Op::type, R"("text")"},
                                     {Op::len_eq, "-1"},
                                     {Op::len_eq, "1.5"}}) {
        EXPECT_FALSE(make_expectation({"x", ""}, op, wanted == nullptr ? nullptr : value(wanted)))
            << name_of(op) << " " << (wanted == nullptr ? "" : wanted);
    }
}

TEST(Pattern, refuses_back_references_and_great_length) {
    EXPECT_FALSE(Pattern::compile("(a)\\1"));
    EXPECT_FALSE(Pattern::compile(std::string(1001, 'a')));
    EXPECT_TRUE(Pattern::compile("a\\.b"));
    EXPECT_TRUE(Pattern::compile("a\\\\1"));
}

TEST(Pattern, is_not_kept_busy_by_a_hostile_text) {
    auto const pattern = Pattern::compile("^(a+)+$");
    ASSERT_TRUE(pattern);
    EXPECT_FALSE(pattern->found_in(std::string(5'000, 'a') + "!"));
}

} // namespace
} // namespace sluice::smoke
