#include "common/postgres/quote.hpp"

#include <gtest/gtest.h>

namespace sluice::postgres {
namespace {

TEST(Quote, doubles_quotes_in_identifiers) {
    EXPECT_EQ(quote_identifier("orders"), R"("orders")");
    EXPECT_EQ(quote_identifier("Or\"der s"), R"("Or""der s")");
    EXPECT_EQ(quote_identifier("a\\b'c"), R"("a\b'c")");
}

// As quote_literal('…') of the server, which writes E'…' when there is a backslash.
TEST(Quote, doubles_quotes_and_backslashes_in_literals) {
    EXPECT_EQ(quote_literal("plain"), "'plain'");
    EXPECT_EQ(quote_literal(""), "''");
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_literal("a\\b'c"), R"(E'a\\b''c')");
}

} // namespace
} // namespace sluice::postgres
