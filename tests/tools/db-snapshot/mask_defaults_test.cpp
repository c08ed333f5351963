#include "tools/db-snapshot/mask_defaults.hpp"

#include "tests/support/must.hpp"

#include <gtest/gtest.h>

namespace sluice::db_snapshot {
namespace {

constexpr char const* k_archive = "PGDMP CREATE TABLE s.person (\n"
                                  "    id integer NOT NULL,\n"
                                  "    email text DEFAULT 'ada@x.org'::text NOT NULL,\n"
                                  "    \"Odd\" text DEFAULT 'ada@x.org'::text\n"
                                  ");\n"
                                  "CREATE TABLE s.other (\n"
                                  "    email text DEFAULT 'ada@x.org'::text\n"
                                  ");\n"
                                  "ALTER TABLE ONLY s.child ALTER COLUMN email SET DEFAULT 'ada@x.org'::text;\n";

std::string without(std::vector<DroppedDefault> const& defaults) {
    std::string archive = k_archive;
    test::must(remove_defaults(archive, defaults));
    return archive;
}

DroppedDefault of(std::string const& table, std::string const& column) {
    return {"s", table, column, "'ada@x.org'::text", false};
}

TEST(RemoveDefaults, blanks_the_default_of_that_column_alone) {
    std::string const archive = without({of("person", "email")});
    EXPECT_EQ(archive.size(), std::string(k_archive).size());
    EXPECT_NE(archive.find("    email text" + std::string(27, ' ') + "NOT NULL,\n"), std::string::npos) << archive;
    EXPECT_NE(archive.find("\"Odd\" text DEFAULT 'ada@x.org'::text"), std::string::npos);
    EXPECT_NE(archive.find("    email text DEFAULT 'ada@x.org'::text\n);"), std::string::npos);
}

TEST(RemoveDefaults, knows_quoted_names_and_defaults_that_are_set_apart) {
    std::string const archive = without({of("person", "Odd"), of("child", "email")});
    EXPECT_EQ(archive.size(), std::string(k_archive).size());
    EXPECT_EQ(archive.find("\"Odd\" text DEFAULT"), std::string::npos);
    EXPECT_NE(archive.find("ALTER COLUMN email DROP DEFAULT "), std::string::npos) << archive;
}

TEST(RemoveDefaults, fails_rather_than_leave_one_in) {
    std::string archive = k_archive;
    EXPECT_EQ(remove_defaults(archive, {{"s", "person", "email", "'bob@x.org'::text", false}}).error().kind,
              Errc::internal);
    EXPECT_TRUE(remove_defaults(archive, {{"s", "person", "email", "'bob@x.org'::text", true}}));
}

TEST(HoldsLiteral, is_true_for_what_could_be_a_value) {
    for (char const* expression : {"'x'::text", "lower('X'::text)", "(''::text || 'x'::text)", "31612345678::bigint"}) {
        EXPECT_TRUE(holds_literal(expression)) << expression;
    }
    for (char const* expression :
         {"", "''::text", "now()", "42", "nextval('people.person_id_seq'::regclass)", "true"}) {
        EXPECT_FALSE(holds_literal(expression)) << expression;
    }
}

} // namespace
} // namespace sluice::db_snapshot
