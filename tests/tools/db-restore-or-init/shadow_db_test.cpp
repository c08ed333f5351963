#include "common/json/json.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;

process::Outcome clean_up(Shop& shop, std::vector<std::string> const& more = {}) {
    std::vector<std::string> arguments{"cleanup", "--target", "env:TARGET"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return shop.run("live", arguments);
}

TEST(Shadow, stands_beside_the_live_database_until_it_expires) {
    auto& shop = Shop::shared();
    shop.make_own("live");
    std::string const before = shop.fingerprint("live") + shop.comment("live");
    auto const lasting = shop.restore("live", {"--as", "live_next", "--expires", "14d", "--json"});
    ASSERT_EQ(lasting.exit_code, 0) << lasting.error_output;
    auto const document = must(json::parse(lasting.output, "result"));
    EXPECT_EQ(test::schema_violations(document, "tools/db-restore-or-init/result.schema.json"), "");
    std::string const expires = document["provenance"]["expires"];
    ASSERT_EQ(shop.restore("live", {"--as", "live_short", "--expires", "0s"}).exit_code, 0);
    EXPECT_EQ(shop.fingerprint("live") + shop.comment("live"), before);
    EXPECT_EQ(shop.fingerprint("live_next"), shop.fingerprint("shop"));

    auto const told = shop.run("live_next", {"provenance", "--target", "env:TARGET"});
    EXPECT_EQ(told.exit_code, 0);
    EXPECT_NE(told.output.find("a shadow of 'live' until " + expires), std::string::npos) << told.output;

    EXPECT_EQ(clean_up(shop, {"--dry-run"}).output,
              "kept the shadow 'live_next' until " + expires + "\nwould drop 'live_short'\n");
    auto const dropped = must(json::parse(clean_up(shop, {"--json"}).output, "cleanup"));
    EXPECT_EQ(dropped["databases"], Json::array({"live_short"}));
    EXPECT_EQ(dropped["shadows"], Json::array({{{"database", "live_next"}, {"expires", expires}}}));
    EXPECT_FALSE(shop.exists("live_short"));
    EXPECT_TRUE(shop.exists("live_next"));
    EXPECT_TRUE(shop.exists("live"));
}

TEST(Shadow, of_another_database_or_with_an_unreadable_end_is_left_alone) {
    auto& shop = Shop::shared();
    for (auto const* name : {"elsewhere", "endless"}) {
        shop.server().execute(std::string("CREATE DATABASE ") + name + " OWNER stage");
    }
    shop.server().execute("COMMENT ON DATABASE elsewhere IS 'sluice: {\"version\":1,\"kind\":\"shadow\",\"of\":\"x\","
                          "\"expires\":\"2020-01-01T00:00:00.000Z\"}'");
    shop.server().execute("COMMENT ON DATABASE endless IS 'sluice: {\"version\":1,\"kind\":\"shadow\",\"of\":\"live\","
                          "\"expires\":\"soon\"}'");
    auto const outcome = clean_up(shop);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
    EXPECT_TRUE(shop.exists("elsewhere"));
    EXPECT_TRUE(shop.exists("endless"));
    EXPECT_NE(outcome.output.find("kept the shadow 'endless' until soon"), std::string::npos) << outcome.output;
}

TEST(Shadow, never_takes_a_name_that_is_there) {
    auto& shop = Shop::shared();
    shop.make_own("occupied_name");
    std::string const before = shop.fingerprint("occupied_name");
    struct Mistake {
        std::vector<std::string> arguments;
        int code;
        std::string said;
    };
    for (auto const& [arguments, code, said] :
         {Mistake{{"--as", "occupied_name", "--expires", "1d", "--adopt"}, 4, "is there already"},
          Mistake{{"--as", "shop", "--expires", "1d"}, 4, "is there already"},
          Mistake{{"--as", "live_too", "--expires", "1d"}, 2, "is the target itself"},
          Mistake{{"--as", "x"}, 2, "belong together"}, Mistake{{"--expires", "1d"}, 2, "belong together"},
          Mistake{{"--as", "a b", "--expires", "1d"}, 2, "is not a name for a database"},
          Mistake{{"--as", "x", "--expires", "soon"}, 2, "'soon' is not a duration"}}) {
        auto const outcome = shop.restore("live_too", arguments);
        EXPECT_EQ(outcome.exit_code, code) << outcome.error_output;
        EXPECT_NE(outcome.error_output.find(said), std::string::npos) << outcome.error_output;
    }
    EXPECT_EQ(shop.fingerprint("occupied_name"), before);
    // And no stage is restored over a shadow.
    ASSERT_EQ(shop.restore("live_too", {"--as", "shaded", "--expires", "1d"}).exit_code, 0);
    EXPECT_EQ(shop.restore("shaded", {"--adopt"}).exit_code, 4);
}

} // namespace
} // namespace sluice::db_restore
