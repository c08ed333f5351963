#include "common/json/json.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;
using Lines = std::vector<std::string>;

std::string databases(Shop const& shop) {
    return shop.text("SELECT string_agg(datname || oid, ',' ORDER BY oid) FROM pg_database");
}

process::Outcome drill(Shop const& shop, std::string const& migration, Lines const& more = {}) {
    Lines arguments{"drill", "--server", "env:TARGET", "--store",     shop.store(), "--name",
                    "shop",  "--to",     "latest",     "--migration", migration,    "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return shop.run("postgres", arguments);
}

Json read(process::Outcome const& outcome) {
    auto document = must(json::parse(outcome.output, "drill"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/drill.schema.json"), "");
    return document;
}

std::string const k_psql = "psql -Xq -v ON_ERROR_STOP=1 -d \"$SLUICE_TARGET_URL\" -c 'SET ROLE shop_owner' ";

TEST(Drill, proves_the_way_back_from_a_killed_migration) {
    auto& shop = Shop::shared();
    std::string const before = databases(shop);
    auto const outcome =
        drill(shop, k_psql +
                        "-c 'ALTER TABLE shop.items DROP COLUMN price' -c 'UPDATE shop.orders SET item "
                        "= 1' && sleep 3 && " +
                        k_psql + "-c 'TRUNCATE shop.orders'");
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.error_output;
    auto const document = read(outcome);
    EXPECT_EQ(document["verdict"], "equal");
    EXPECT_EQ(document["killed"], true);
    EXPECT_EQ(document["differences"], Json::array());
    EXPECT_LT(document["killed_after_milliseconds"], document["migration_milliseconds"]);
    EXPECT_EQ(databases(shop), before);
}

TEST(Drill, says_so_where_the_migration_was_over_too_soon) {
    auto& shop = Shop::shared();
    std::string const before = databases(shop);
    auto const outcome = drill(shop, k_psql + "-c 'DELETE FROM shop.orders'", {"--kill-after", "10m"});
    EXPECT_EQ(outcome.exit_code, 3) << outcome.error_output;
    EXPECT_EQ(read(outcome)["verdict"], "not_half_way");
    EXPECT_EQ(databases(shop), before);
}

TEST(Drill, takes_a_migration_that_fails_by_itself_for_half_way) {
    auto& shop = Shop::shared();
    std::string const before = databases(shop);
    auto const outcome = drill(shop, k_psql + "-c 'DELETE FROM shop.orders' -c 'SELECT 1/0'");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
    auto const document = read(outcome);
    EXPECT_EQ(document["failed_by_itself"], true);
    EXPECT_EQ(document["verdict"], "equal");
    EXPECT_EQ(databases(shop), before);
}

TEST(Drill, names_what_is_missing) {
    auto& shop = Shop::shared();
    Lines const all{"drill", "--server", "env:TARGET",  "--store", shop.store(),
                    "--to",  "latest",   "--migration", "true"};
    for (std::size_t at : {1U, 5U, 7U}) {
        Lines arguments = all;
        arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(at),
                        arguments.begin() + static_cast<std::ptrdiff_t>(at) + 2);
        auto const outcome = shop.run("postgres", arguments);
        EXPECT_EQ(outcome.exit_code, 2) << all[at];
        EXPECT_NE(outcome.error_output.find(" named"), std::string::npos) << outcome.error_output;
    }
}

} // namespace
} // namespace sluice::db_restore
