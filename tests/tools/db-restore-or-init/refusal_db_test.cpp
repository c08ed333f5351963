#include "common/json/json.hpp"
#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/tools/db-restore-or-init/shop.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace sluice::db_restore {
namespace {

using test::must;
using test::Shop;
using Arguments = std::vector<std::string>;

/// Nothing of the server has changed.
class Untouched : public testing::Test {
  protected:
    static std::string databases() {
        return Shop::shared().text(
            "SELECT string_agg(datname || oid || coalesce(shobj_description(oid, 'pg_database'), "
            "''), ',' ORDER BY oid) FROM pg_database");
    }
    void begin() { m_before = databases(); }
    void expect(process::Outcome const& outcome, int code, std::string const& said) const {
        EXPECT_EQ(outcome.exit_code, code) << outcome.error_output;
        EXPECT_NE((outcome.output + outcome.error_output).find(said), std::string::npos)
            << outcome.output << outcome.error_output;
        EXPECT_EQ(databases(), m_before);
    }

  private:
    std::string m_before{};
};

TEST_F(Untouched, by_a_restore_onto_production) {
    auto& shop = Shop::shared();
    shop.make_own("prod");
    ASSERT_EQ(shop.run("prod", {"mark", "--target", "env:TARGET", "--environment", "production"}).exit_code, 0);
    begin();
    expect(shop.restore("prod", {"--adopt"}), 4, "marked as production on this server (system identifier ");
    shop.server().execute("ALTER DATABASE prod RENAME TO prod_renamed");
    begin();
    expect(shop.restore("prod_renamed", {"--adopt"}), 4, "marked as production");
    expect(shop.restore("prod_renamed", {"--explain"}), 4, "marked as production");
    ASSERT_EQ(shop.run("prod_renamed", {"mark", "--target", "env:TARGET", "--environment", "none"}).exit_code, 0);
    EXPECT_EQ(shop.restore("prod_renamed", {"--adopt"}).exit_code, 0);
}

// 10: nothing to restore and the policy says stop; 3: it would start empty, but not where there may be data.
TEST_F(Untouched, by_a_stream_or_a_part_of_a_bundle) {
    auto& shop = Shop::shared();
    auto const take = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin() + (arguments.front() == "--name" ? 0 : 1), {"--store", shop.store()});
        auto const outcome = test::run_tool("db-snapshot", arguments);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
        return outcome.output.substr(0, outcome.output.find('\n'));
    };
    auto const restore = [&](std::string const& from, std::string const& name, std::string const& on_missing) {
        return shop.run("from_stream", {"--target", "env:TARGET", "--stage", "acceptance", "--from", "snapshot:" + from,
                                        "--store", shop.store(), "--name", name, "--on-missing", on_missing});
    };
    std::string const stream = take({"--name", "vm-config", "--command", "echo", "x"});
    begin();
    for (auto const& from : {stream, std::string("latest")}) {
        expect(restore(from, "vm-config", "fail"), 10, "holds a stream and not a database");
        expect(restore(from, "vm-config", "init"), 3, "holds a stream and not a database");
    }
    expect(restore("bundle:release-1", "shop", "fail"), 2, "'bundle:release-1' is not a snapshot id");
    std::string const slow = take(
        {"--name", "slow", "--background", "--log", shop.path("slow.log"), "--command", "sh", "-c", "sleep 5; echo x"});
    take({"bundle", "release-1", "shop/" + shop.snapshot(), "slow/" + slow});
    expect(restore(shop.snapshot(), "shop", "fail"), 10, "belongs to bundle 'release-1'");
    expect(restore(shop.snapshot(), "shop", "init"), 3, "belongs to bundle 'release-1'");
    take({"wait", slow, "--name", "slow", "--timeout", "30s"});
    EXPECT_EQ(restore(shop.snapshot(), "shop", "fail").exit_code, 0) << "complete";
}

TEST_F(Untouched, where_a_superuser_set_production) {
    auto& shop = Shop::shared();
    shop.server().execute("CREATE DATABASE prod_set OWNER stage; ");
    shop.server().execute("ALTER DATABASE prod_set SET sluice.environment = 'production'");
    begin();
    expect(shop.restore("prod_set"), 4, "sluice.environment");
}

TEST_F(Untouched, by_a_restore_onto_the_source) {
    auto& shop = Shop::shared();
    begin();
    expect(shop.run("shop", shop.arguments({"--adopt"})), 4, "is the source itself of 'snapshot:latest'");
    expect(shop.run("shop", {"--target", "env:TARGET", "--stage", "a", "--from", "live:env:SOURCE", "--adopt"}), 4,
           "is the source itself of 'live:env:SOURCE'");
}

TEST_F(Untouched, without_adoption) {
    auto& shop = Shop::shared();
    shop.make_own("not_adopted");
    begin();
    expect(shop.restore("not_adopted"), 4, "holds data and is not marked as a stage");
}

TEST_F(Untouched, with_prepared_transactions) {
    auto& shop = Shop::shared();
    shop.make_own("prepared");
    shop.server().execute("BEGIN; CREATE TABLE public.later (); PREPARE TRANSACTION 'two phases'", "prepared");
    begin();
    expect(shop.restore("prepared", {"--adopt"}), 4, "has 1 prepared transaction,");
    shop.server().execute("ROLLBACK PREPARED 'two phases'", "prepared");
}

TEST_F(Untouched, where_sessions_may_not_be_ended) {
    auto& shop = Shop::shared();
    shop.make_own("occupied");
    auto const application = must(postgres::connect(shop.server().connection("occupied", "app"), "application"));
    begin();
    expect(shop.restore("occupied", {"--adopt"}), 77, "GRANT pg_signal_backend TO \"stage\";");
    auto const administrator = shop.server().session("occupied");
    shop.server().execute("GRANT pg_signal_backend TO stage");
    expect(shop.restore("occupied", {"--adopt"}), 77, "Only a superuser may end a superuser's session");
    shop.server().execute("REVOKE pg_signal_backend FROM stage");
}

TEST_F(Untouched, by_a_role_without_the_rights) {
    auto& shop = Shop::shared();
    shop.server().execute("CREATE DATABASE not_ours");
    begin();
    expect(shop.run("x", shop.arguments(), "app"), 77, "ALTER ROLE \"app\" CREATEDB;");
    expect(shop.restore("not_ours"), 77, R"(GRANT "postgres" TO "stage";)");
    shop.server().create_role("poor", "CREATEDB");
    begin();
    expect(shop.run("x", shop.arguments(), "poor"), 77, R"(GRANT "shop_owner" TO "poor";)");
    expect(shop.run("not_ours", {"mark", "--target", "env:TARGET", "--environment", "production"}), 77,
           "may not comment on database 'not_ours'");
}

TEST_F(Untouched, by_explanations) {
    auto& shop = Shop::shared();
    begin();
    expect(shop.restore("explained", {"--explain"}), 0, "snapshot:latest: taken: snapshot " + shop.snapshot());
    expect(shop.restore("explained", {"--explain", "--from", "snapshot:20200101T000000Z-abcd"}), 10, "stop: ");
    expect(shop.restore("explained", {"--explain", "--max-age", "0s"}), 10, "old, allowed are 0ms");
    expect(shop.restore("explained", {"--explain", "--max-age", "0s", "--on-missing", "init"}), 3, "uncertain: ");
    auto const document = must(json::parse(shop.restore("explained", {"--explain", "--json"}).output, "explanation"));
    EXPECT_EQ(document["action"], "explained");
    EXPECT_EQ(document["decision"]["verdict"], "restore");
}

TEST_F(Untouched, where_another_restore_runs) {
    auto& shop = Shop::shared();
    auto const other = must(postgres::connect(shop.server().connection("postgres", "stage"), "other"));
    must(other->execute("SELECT pg_advisory_lock(hashtextextended('sluice restore of busy', 0))"));
    begin();
    expect(shop.restore("busy"), 75, "another restore into 'busy' is running");
    expect(shop.run("busy", {"cleanup", "--target", "env:TARGET"}), 75, "another restore into 'busy' is running");
}

struct Bad {
    std::string name;
    std::map<std::string, std::string> environment; ///< replaces the good one's
    Arguments arguments;
    int code;
    std::string said;
};

class BadInput : public Untouched {
  protected:
    void check(Bad const& bad) {
        auto& shop = Shop::shared();
        auto environment = shop.environment("bad_input");
        for (auto const& [key, value] : bad.environment) {
            environment[key] = value;
        }
        begin();
        SCOPED_TRACE(bad.name);
        expect(test::run_tool("db-restore-or-init", bad.arguments, environment), bad.code, bad.said);
    }
};

TEST_F(BadInput, has_its_exit_code_and_message) {
    auto& shop = Shop::shared();
    auto const& server = shop.server();
    std::string const wrong = server.connection_with_password("bad_input", "stage", "wrong-password").conninfo();
    std::string const wrong_source = server.connection_with_password("shop", "reader", "wrong-password").conninfo();
    std::string const nobody = "host=127.0.0.1 port=1 user=stage dbname=bad_input connect_timeout=2";
    Arguments const live{"--target", "env:TARGET", "--stage", "a", "--from", "live:env:SOURCE"};
    check({"unset variable",
           {},
           {"--target", "env:NOT_SET", "--stage", "a", "--store", shop.store()},
           2,
           "'NOT_SET' is not set"});
    check({"wrong password", {{"TARGET", wrong}}, shop.arguments(), 77, "password authentication failed"});
    check({"no server", {{"TARGET", nobody}}, shop.arguments(), 75, "cannot connect to"});
    check({"wrong password of the source", {{"SOURCE", wrong_source}}, live, 10, "password authentication failed"});
    check({"no such source",
           {{"SOURCE", server.connection("nowhere", "reader").conninfo()}},
           live,
           10,
           "does not exist"});
    check({"source down", {{"SOURCE", nobody}}, live, 10, "Connection refused"});
    check(
        {"unreadable file", {}, shop.arguments({"--after-restore", "/nowhere.sql"}), 2, "cannot read '/nowhere.sql'"});
    check({"password on the command line",
           {},
           {"--target", "postgresql://u:p4ssw0rd@h/d", "--stage", "a", "--store", "/s"},
           2,
           "can be read by every user"});
}

// A copy of the store with one thing wrong.
class BadStore : public Untouched {
  protected:
    std::filesystem::path copy_of_store() {
        auto place = m_folder.path() / ("store" + std::to_string(++m_count));
        std::filesystem::copy(Shop::shared().store(), place, std::filesystem::copy_options::recursive);
        return place;
    }
    process::Outcome restore(std::filesystem::path const& store, Arguments const& more = {}) {
        Arguments arguments{"--target", "env:TARGET", "--stage", "a", "--name", "shop", "--store", store.string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        begin();
        return Shop::shared().run("from_bad_store", arguments);
    }
    static std::filesystem::path any_chunk(std::filesystem::path const& store) {
        for (auto const& entry : std::filesystem::recursive_directory_iterator(store / "chunks")) {
            if (entry.is_regular_file()) {
                return entry.path();
            }
        }
        return {};
    }
    static std::filesystem::path manifest(std::filesystem::path const& store) {
        return store / "snapshots/shop" / Shop::shared().snapshot() / "manifest.json";
    }

  private:
    test::TemporaryDirectory m_folder{};
    int m_count = 0;
};

TEST_F(BadStore, is_noticed_before_the_swap) {
    auto const missing = copy_of_store();
    std::filesystem::remove(any_chunk(missing));
    expect(restore(missing), 65, "chunk");
    auto const shorter = copy_of_store();
    std::filesystem::resize_file(any_chunk(shorter), 10);
    expect(restore(shorter), 65, "chunk");
    auto const flipped = copy_of_store();
    std::string bytes = test::read_text(any_chunk(flipped));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    test::write_text(any_chunk(flipped), bytes);
    expect(restore(flipped), 65, "chunk");
}

TEST_F(BadStore, is_never_taken_for_an_empty_one) {
    Arguments const init{"--on-missing", "init"};
    auto const damaged = copy_of_store();
    std::string text = test::read_text(manifest(damaged));
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
    test::write_text(manifest(damaged), text);
    expect(restore(damaged), 10, "nothing to restore");
    expect(restore(damaged, init), 3, "not started empty");
    auto const unpromoted = copy_of_store();
    std::filesystem::remove(unpromoted / "snapshots/shop/latest");
    expect(restore(unpromoted, init), 3, "not started empty");
    auto const emptied = copy_of_store();
    std::filesystem::remove_all(emptied / "snapshots/shop" / Shop::shared().snapshot());
    std::filesystem::remove(emptied / "snapshots/shop/latest");
    expect(restore(emptied, init), 3, "not started empty");
    expect(restore("/nowhere/store", init), 3, "is not there");
    auto const no_store = copy_of_store();
    std::filesystem::remove(no_store / "store.json");
    expect(restore(no_store, init), 3, "is not a store");
    auto const unsound = copy_of_store();
    test::write_text(unsound / "store.json", "{}");
    expect(restore(unsound, init), 3, "not started empty");
    expect(restore(copy_of_store(), {"--on-missing", "init", "--from", "snapshot:20200101T000000Z-abcd"}), 3,
           "not started empty");
}

TEST_F(BadStore, of_another_service_is_asked_about) {
    auto const two = copy_of_store();
    std::filesystem::copy(two / "snapshots/shop", two / "snapshots/blog", std::filesystem::copy_options::recursive);
    begin();
    expect(Shop::shared().run("from_bad_store", {"--target", "env:TARGET", "--stage", "a", "--store", two.string(),
                                                 "--on-missing", "init"}),
           2, "Say with --name whose data");
}

TEST_F(Untouched, where_the_server_cannot_take_the_data) {
    auto& shop = Shop::shared();
    test::PrivateServer other;
    other.create_role("stage", "CREATEDB");
    auto const into_other = [&] {
        return test::run_tool("db-restore-or-init", shop.arguments(),
                              {{"TARGET", other.connection("acceptance", "stage").conninfo()}});
    };
    begin();
    expect(into_other(), 69, "CREATE ROLE \"app\";");
    for (char const* role : {"app", "shop_owner", "reader"}) {
        other.create_role(role);
    }
    expect(into_other(), 77, R"(GRANT "shop_owner" TO "stage";)");
    other.execute("GRANT shop_owner TO stage");
    auto const outcome = into_other();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
}

} // namespace
} // namespace sluice::db_restore
