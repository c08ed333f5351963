#include "tools/db-restore-or-init/properties.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

std::vector<std::string> statements_for(std::vector<snapshot::Setting> settings) {
    snapshot::DatabaseProperties properties;
    properties.owner = "shop owner";
    properties.connection_limit = 7;
    properties.settings = std::move(settings);
    return property_statements("shop", properties);
}

TEST(Properties, end_with_the_owner_who_may_have_fewer_rights_than_we) {
    auto const statements = statements_for({});
    ASSERT_EQ(statements.size(), 2U);
    EXPECT_EQ(statements[0], "ALTER DATABASE \"shop\" CONNECTION LIMIT 7");
    EXPECT_EQ(statements[1], "ALTER DATABASE \"shop\" OWNER TO \"shop owner\"");
}

struct Case {
    snapshot::Setting setting;
    std::string sql;
};

class Settings : public testing::TestWithParam<Case> {};

TEST_P(Settings, keep_their_value) { EXPECT_EQ(statements_for({GetParam().setting})[1], GetParam().sql); }

INSTANTIATE_TEST_SUITE_P(
    All, Settings,
    testing::Values(Case{{"", "work_mem", "8MB"}, "ALTER DATABASE \"shop\" SET \"work_mem\" = '8MB'"},
                    Case{{"app", "DateStyle", "ISO, DMY"},
                         "ALTER ROLE \"app\" IN DATABASE \"shop\" SET \"DateStyle\" = 'ISO, DMY'"},
                    Case{{"", "search_path", "\"$user\", public"},
                         "ALTER DATABASE \"shop\" SET \"search_path\" = '$user', 'public'"},
                    Case{{"", "search_path", "\"a, \"\"b\"\"\", c"},
                         "ALTER DATABASE \"shop\" SET \"search_path\" = 'a, \"b\"', 'c'"},
                    Case{{"", "search_path", ""}, "ALTER DATABASE \"shop\" SET \"search_path\" = ''"},
                    Case{{"", "search_path", "\"\""}, "ALTER DATABASE \"shop\" SET \"search_path\" = ''"},
                    Case{{"", "app.it's", "a\\b"}, "ALTER DATABASE \"shop\" SET \"app\".\"it's\" = E'a\\\\b'"}));

} // namespace
} // namespace sluice::db_restore
