#include "common/json/json.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;

process::Outcome provenance(std::string const& target, std::string const& role = "stage",
                            std::vector<std::string> const& more = {}) {
    std::vector<std::string> arguments{"provenance", "--target", "env:TARGET"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Shop::shared().run(target, arguments, role);
}

TEST(Provenance, is_readable_by_any_role_that_may_connect) {
    auto& shop = Shop::shared();
    ASSERT_EQ(shop.restore("told").exit_code, 0);
    auto const text = provenance("told", "app");
    EXPECT_EQ(text.exit_code, 0) << text.error_output;
    EXPECT_NE(text.output.find("'told' is stage 'acceptance', from snapshot " + shop.snapshot() + " of 'shop'"),
              std::string::npos)
        << text.output;
    auto const document = must(json::parse(provenance("told", "app", {"--json"}).output, "provenance"));
    EXPECT_EQ(document["provenance"]["stage"], "acceptance");
    EXPECT_EQ(document["provenance"]["masked"], false);
    std::string const file = shop.path("told.env");
    EXPECT_EQ(provenance("told", "app", {"--dotenv", file}).exit_code, 0);
    EXPECT_NE(test::read_text(file).find("SLUICE_SNAPSHOT_ID=" + shop.snapshot() + "\n"), std::string::npos);
    shop.server().execute("ALTER DATABASE told RENAME TO told_later");
    EXPECT_EQ(provenance("told_later").exit_code, 0);
}

TEST(Provenance, is_a_no_where_nothing_is_said) {
    auto& shop = Shop::shared();
    auto const silent = provenance("shop");
    EXPECT_EQ(silent.exit_code, 1);
    EXPECT_NE(silent.output.find("says nothing"), std::string::npos);
    shop.server().execute("CREATE DATABASE scrawled; ");
    shop.server().execute("COMMENT ON DATABASE scrawled IS 'sluice: {\"version\":1,\"kind\":\"provenance\"}'");
    EXPECT_EQ(provenance("scrawled").exit_code, 65);
    shop.server().execute("COMMENT ON DATABASE scrawled IS 'sluice: {'");
    EXPECT_EQ(provenance("scrawled").exit_code, 65);
    EXPECT_EQ(provenance("no_such_database").exit_code, 69);
}

TEST(Mark, keeps_the_rest_of_the_comment) {
    auto& shop = Shop::shared();
    shop.make_own("marked");
    shop.server().execute("COMMENT ON DATABASE marked IS E'Two\nlines'");
    auto const mark = [&](std::string const& environment, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"mark", "--target", "env:TARGET", "--environment", environment});
        return shop.run("marked", more);
    };
    EXPECT_EQ(mark("production").output, "'marked' is marked as 'production'\n");
    EXPECT_TRUE(shop.comment("marked").starts_with("Two\nlines\nsluice: {\"environment\":\"production\""));
    auto const document = must(json::parse(mark("acceptance", {"--json"}).output, "mark"));
    EXPECT_EQ(document["environment"], "acceptance");
    EXPECT_EQ(shop.restore("marked").exit_code, 0);
    EXPECT_EQ(mark("none").output, "'marked' is no longer marked\n");
    EXPECT_EQ(shop.comment("marked"), "Two\nlines");
}

TEST(Cleanup, drops_what_only_this_tool_names_so) {
    auto& shop = Shop::shared();
    ASSERT_EQ(shop.restore("littered").exit_code, 0);
    std::string const marked = "littered__new_20260101t000000z_00aa";
    std::string const unmarked = "littered__new_20260101t000000z_00ab";
    std::string const somebodys = "littered__new_20260101t000000z_00ac";
    auto const stage = must(postgres::connect(shop.server().connection("postgres", "stage"), "test"));
    for (auto const& name : {marked, unmarked, somebodys, std::string("littered__new_things")}) {
        must(stage->execute("CREATE DATABASE " + name));
    }
    must(stage->execute("COMMENT ON DATABASE " + marked +
                        " IS 'sluice: {\"version\":1,\"kind\":\"leftover\",\"of\":\"littered\"}'"));
    must(stage->execute("COMMENT ON DATABASE " + somebodys + " IS 'Mine'"));
    auto const next = shop.restore("littered", {"--explain"});
    auto const warned = shop.restore("littered");
    EXPECT_NE(warned.error_output.find("database=" + marked), std::string::npos) << warned.error_output;
    EXPECT_NE(warned.error_output.find("database=" + unmarked), std::string::npos);
    EXPECT_EQ(warned.error_output.find("00ac"), std::string::npos);
    auto const dry = shop.run("littered", {"cleanup", "--target", "env:TARGET", "--dry-run"});
    EXPECT_EQ(dry.output, "would drop '" + marked + "'\nwould drop '" + unmarked + "'\n");
    EXPECT_TRUE(shop.exists(marked));
    auto const done = shop.run("littered", {"cleanup", "--target", "env:TARGET"});
    EXPECT_EQ(done.output, "dropped '" + marked + "'\ndropped '" + unmarked + "'\n");
    EXPECT_FALSE(shop.exists(marked));
    EXPECT_TRUE(shop.exists(somebodys));
    EXPECT_TRUE(shop.exists("littered__new_things"));
}

} // namespace
} // namespace sluice::db_restore
