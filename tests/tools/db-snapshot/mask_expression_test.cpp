#include "tools/db-snapshot/mask_expression.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

using test::must;

MaskRule rule(std::string const& json) { return must(parse_mask_rule(must(json::parse(json, "rule")), "")); }

ColumnType type_of(std::string const& base, std::int64_t length = 0) {
    ColumnType type;
    type.base = base;
    type.name = base;
    type.length = length;
    return type;
}

ColumnType array_of(std::string const& base) {
    ColumnType type = type_of(base);
    type.array = true;
    type.name += "[]";
    return type;
}

std::string expression(std::string const& json, ColumnType const& type) {
    return must(mask_expression(rule(json), type, {"t", "c"}));
}

TEST(MaskExpression, leaves_what_is_kept_and_empties_what_is_null) {
    EXPECT_EQ(expression(R"("keep")", type_of("xml")), "\"t\".\"c\"");
    EXPECT_EQ(expression(R"("null")", type_of("xml")), "NULL");
}

TEST(MaskExpression, quotes_what_the_file_says) {
    EXPECT_EQ(expression(R"({"mask": "fixed", "value": "it's"})", type_of("text")),
              "CASE WHEN \"t\".\"c\" IS NOT NULL THEN 'it''s'::text END");
    EXPECT_EQ(must(mask_expression(rule(R"({"mask": "sql", "expression": "x -- y"})"), type_of("int4"), {"a\"b", "c"})),
              "CASE WHEN \"a\"\"b\".\"c\" IS NOT NULL THEN (x -- y\n)::int4 END");
}

TEST(MaskExpression, holds_the_name_of_the_key_and_the_domain_and_no_more) {
    std::string const sql = expression(R"({"mask": "hash", "domain": "person"})", type_of("text"));
    EXPECT_NE(sql.find("current_setting('sluice.mask_key')"), std::string::npos);
    EXPECT_NE(sql.find("'person'"), std::string::npos);
}

TEST(MaskExpression, is_given_by_each_type_for_its_own_masks) {
    struct Case {
        ColumnType type;
        char const* masks;
    };
    for (Case const& one :
         std::vector<Case>{{type_of("text"), "keep, null, fixed, hash, email, name, phone, digits, sql"},
                           {array_of("text"), "keep, null, fixed, hash, email, name, phone, digits, sql"},
                           {type_of("citext"), "keep, null, fixed, hash, email, name, phone, digits, sql"},
                           {type_of("int4"), "keep, null, fixed, hash, sql"},
                           {type_of("numeric"), "keep, null, fixed, hash, sql"},
                           {type_of("uuid"), "keep, null, fixed, hash, sql"},
                           {type_of("bytea"), "keep, null, fixed, hash, sql"},
                           {type_of("date"), "keep, null, fixed, date_shift, sql"},
                           {type_of("timestamptz"), "keep, null, fixed, date_shift, sql"},
                           {type_of("jsonb"), "keep, null, fixed, json, sql"},
                           {array_of("int4"), "keep, null, fixed, sql"},
                           {array_of("jsonb"), "keep, null, fixed, sql"},
                           {type_of("inet"), "keep, null, fixed, sql"},
                           {type_of("mood"), "keep, null, fixed, sql"},
                           {type_of("float8"), "keep, null, fixed, sql"}}) {
        EXPECT_EQ(masks_for(one.type), one.masks) << one.type.name;
    }
    auto const outcome = mask_expression(rule(R"("email")"), type_of("inet"), {"t", "c"});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "its type inet does not take the mask email");
    EXPECT_EQ(outcome.error().hint, "It takes keep, null, fixed, sql.");
}

TEST(MaskExpression, fits_the_length_of_the_column_or_is_refused) {
    EXPECT_NE(expression(R"("hash")", type_of("varchar", 7)).find(", 7)"), std::string::npos);
    EXPECT_NE(expression(R"("email")", type_of("varchar", 30)).find(", 13)"), std::string::npos);
    auto const email = mask_expression(rule(R"("email")"), type_of("varchar", 20), {"t", "c"});
    ASSERT_FALSE(email);
    EXPECT_EQ(email.error().message, "email needs room for 25 characters, and varchar has 20");
    EXPECT_FALSE(mask_expression(rule(R"({"mask": "fixed", "value": "abcd"})"), type_of("varchar", 3), {"t", "c"}));
}

TEST(MaskExpression, casts_to_a_domain_whose_checks_then_hold) {
    ColumnType type = type_of("varchar");
    type.domain = true;
    type.name = "people.address";
    EXPECT_TRUE(expression(R"("email")", type).ends_with(")::people.address"));
}

TEST(DistinctBits, tell_what_a_unique_index_can_rely_on) {
    auto const bits = [](std::string const& json, ColumnType const& type) { return distinct_bits(rule(json), type); };
    EXPECT_EQ(bits(R"("hash")", type_of("text")), 128);
    EXPECT_EQ(bits(R"("hash")", type_of("varchar", 10)), 40);
    EXPECT_EQ(bits(R"("email")", type_of("text")), 80);
    EXPECT_EQ(bits(R"("hash")", type_of("int8")), 63);
    EXPECT_EQ(bits(R"("hash")", type_of("int4")), 31);
    EXPECT_EQ(bits(R"({"mask": "fixed", "value": "x"})", type_of("text")), 0);
    EXPECT_EQ(bits(R"("name")", type_of("text")), 0);
    EXPECT_EQ(bits(R"({"mask": "sql", "expression": "x"})", type_of("text")), 0);
    EXPECT_GT(bits(R"({"mask": "sql", "expression": "x", "unique": true})", type_of("text")), 1000);
    EXPECT_GT(bits(R"("keep")", type_of("int2")), 1000);
}

} // namespace
} // namespace sluice::db_snapshot
