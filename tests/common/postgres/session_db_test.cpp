#include "common/postgres/session.hpp"

#include "common/postgres/quote.hpp"
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/support/temporary_database.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace sluice::postgres {
namespace {

using test::must;
using test::PrivateServer;
using test::TemporaryDatabase;

TEST(Session, reads_cells_of_each_kind) {
    TemporaryDatabase const database;
    auto const session = database.session();
    EXPECT_EQ(must(session->text("SELECT 'a' || chr(228)")), "a\xC3\xA4");
    EXPECT_EQ(must(session->number("SELECT -9223372036854775808")), INT64_MIN);
    EXPECT_TRUE(must(session->truth("SELECT 1 = 1")));
    EXPECT_FALSE(must(session->truth("SELECT 1 = 2")));
    EXPECT_EQ(must(session->cell("SELECT NULL")), std::nullopt);
    EXPECT_EQ(must(session->cell("SELECT ''")), "");
    auto const rows = must(session->query("SELECT i, NULL FROM generate_series(1, 3) AS i"));
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[2][0], "3");
    EXPECT_EQ(rows[2][1], std::nullopt);
}

TEST(Session, refuses_an_answer_of_another_shape) {
    TemporaryDatabase const database;
    auto const session = database.session();
    EXPECT_EQ(session->cell("SELECT 1, 2").error().kind, Errc::internal);
    EXPECT_EQ(session->cell("SELECT 1 WHERE false").error().kind, Errc::internal);
    EXPECT_EQ(session->cell("SELECT generate_series(1, 2)").error().kind, Errc::internal);
}

TEST(Session, passes_parameters_as_values_and_never_as_sql) {
    TemporaryDatabase const database;
    auto const session = database.session();
    std::string const odd = "'; DROP TABLE x; --\\ \"";
    EXPECT_EQ(must(session->text("SELECT $1::text", {odd})), odd);
    EXPECT_EQ(must(session->number("SELECT $1::int + $2::int", {"40", "2"})), 42);
}

TEST(Session, quotes_as_the_server_does) {
    TemporaryDatabase const database;
    auto const session = database.session();
    for (char const* text : {"plain", "it's", "back\\slash", "a\\'b", "", "\"q\"", "new\nline"}) {
        EXPECT_EQ(must(session->text("SELECT " + quote_literal(text))), text);
        must(session->execute("SET standard_conforming_strings = off"));
        EXPECT_EQ(must(session->text("SELECT " + quote_literal(text))), text);
        must(session->execute("SET standard_conforming_strings = on"));
    }
    for (char const* name : {"plain", "Mixed Case", "quo\"te", "back\\slash"}) {
        EXPECT_EQ(must(session->text("SELECT relname FROM pg_class WHERE oid = 'pg_class'::regclass AND " +
                                     quote_literal(quote_identifier(name)) + " <> ''")),
                  "pg_class");
        must(session->execute("CREATE TEMPORARY TABLE " + quote_identifier(name) + " ()"));
        EXPECT_TRUE(must(session->truth("SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1)", {name})));
    }
}

TEST(Session, survives_a_failed_statement) {
    TemporaryDatabase const database;
    auto const session = database.session();
    auto const failed = session->execute("SELECT * FROM no_such_table");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, Errc::not_found);
    EXPECT_NE(failed.error().message.find("SQLSTATE 42P01"), std::string::npos);
    EXPECT_EQ(must(session->number("SELECT 1")), 1);
}

TEST(Session, opens_and_closes_transactions_by_their_own_sql) {
    TemporaryDatabase const database;
    auto const session = database.session();
    must(session->execute("CREATE TABLE public.t (i int)"));
    must(session->execute("BEGIN"));
    must(session->execute("INSERT INTO public.t VALUES (1)"));
    must(session->execute("ROLLBACK"));
    EXPECT_EQ(must(session->number("SELECT count(*) FROM public.t")), 0);
    must(session->execute("BEGIN; INSERT INTO public.t VALUES (1); COMMIT"));
    EXPECT_EQ(must(database.session()->number("SELECT count(*) FROM public.t")), 1);
}

TEST(Session, sets_aside_timeouts_that_would_end_long_work) {
    TemporaryDatabase const database;
    database.execute("ALTER DATABASE " + database.name() + " SET statement_timeout = '1ms'");
    auto const session = database.session();
    EXPECT_EQ(must(session->text("SHOW statement_timeout")), "0");
    EXPECT_EQ(must(session->text("SHOW search_path")), "pg_catalog");
    EXPECT_EQ(must(session->text("SHOW row_security")), "off");
    EXPECT_EQ(must(session->text("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()")),
              "sluice test");
    EXPECT_EQ(session->server_version() / 10000, std::stoi(must(session->text("SHOW server_version"))));
}

TEST(Session, speaks_utf8_whatever_the_database_holds) {
    TemporaryDatabase const database(PrivateServer::shared(),
                                     "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    EXPECT_EQ(must(database.session()->text("SELECT chr(228)")), "\xC3\xA4");
}

TEST(Session, tells_a_conflict_that_a_retry_may_cure) {
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.t (i int)");
    auto const one = database.session();
    auto const two = database.session();
    must(one->execute("BEGIN; LOCK TABLE public.t"));
    auto const blocked = two->execute("SET lock_timeout = '50ms'; SELECT * FROM public.t");
    ASSERT_FALSE(blocked);
    EXPECT_EQ(blocked.error().kind, Errc::temporary);
    EXPECT_NE(blocked.error().hint.find("--lock-timeout"), std::string::npos);
}

TEST(Connect, is_denied_with_a_wrong_password) {
    auto& server = PrivateServer::shared();
    server.create_role("with_password", "PASSWORD 'right'");
    EXPECT_TRUE(connect(server.connection_with_password("postgres", "with_password", "right"), "test"));
    auto const outcome = connect(server.connection_with_password("postgres", "with_password", "wrong-one"), "test");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::denied) << outcome.error().message;
    EXPECT_NE(outcome.error().message.find("password authentication failed"), std::string::npos);
    EXPECT_EQ(outcome.error().message.find("wrong-one"), std::string::npos);
    EXPECT_FALSE(outcome.error().hint.empty());
}

TEST(Connect, finds_no_database_of_that_name) {
    auto const outcome = connect(PrivateServer::shared().connection("no_such_database"), "test");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::not_found) << outcome.error().message;
    EXPECT_NE(outcome.error().message.find("no_such_database"), std::string::npos);
    EXPECT_EQ(outcome.error().hint, "Check the database name behind this connection.");
}

TEST(Connect, is_denied_to_a_role_that_is_not_there) {
    auto const outcome = connect(PrivateServer::shared().connection("postgres", "nobody_here"), "test");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::denied) << outcome.error().message;
}

TEST(Connect, is_denied_without_the_right_to_connect) {
    TemporaryDatabase const database;
    PrivateServer::shared().create_role("stranger");
    database.execute("REVOKE CONNECT ON DATABASE " + database.name() + " FROM PUBLIC");
    auto const outcome = connect(database.connection("stranger"), "test");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::denied) << outcome.error().message;
}

TEST(Connect, calls_a_full_server_temporary) {
    TemporaryDatabase const database;
    PrivateServer::shared().create_role("lonely");
    database.execute("ALTER DATABASE " + database.name() + " CONNECTION LIMIT 0");
    auto const outcome = connect(database.connection("lonely"), "test");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary) << outcome.error().message;
}

TEST(Connect, calls_a_server_that_is_down_temporary) {
    PrivateServer server;
    server.stop();
    auto const outcome = connect(server.connection("postgres"), "test");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary) << outcome.error().message;
    EXPECT_FALSE(outcome.error().hint.empty());
}

TEST(Session, says_that_its_connection_was_lost) {
    TemporaryDatabase const database;
    auto const session = database.session();
    auto const pid = must(session->text("SELECT pg_backend_pid()"));
    database.execute("SELECT pg_terminate_backend(" + pid + ")");
    auto const outcome = session->query("SELECT 1");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary) << outcome.error().message;
}

// libpqxx 6.4 connects again by itself; without locks, settings and transaction the work must not go on.
TEST(Session, runs_nothing_more_after_its_connection_was_lost) {
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.t (i int)");
    auto const session = database.session();
    auto const pid = must(session->text("SELECT pg_backend_pid()"));
    must(session->execute("BEGIN"));
    database.execute("SELECT pg_terminate_backend(" + pid + ")");
    for (int i = 0; i < 3; ++i) {
        auto const outcome = session->execute("INSERT INTO public.t VALUES (1)");
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().kind, Errc::temporary);
    }
    EXPECT_EQ(must(database.session()->number("SELECT count(*) FROM public.t")), 0);
}

TEST(Session, says_that_the_server_died) {
    PrivateServer server;
    auto const session = server.session();
    server.kill();
    auto const outcome = session->query("SELECT 1");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary) << outcome.error().message;
    server.restart();
    EXPECT_EQ(must(server.session()->number("SELECT 1")), 1);
}

class CancelOnStop : public testing::TestWithParam<char const*> {};

TEST_P(CancelOnStop, ends_the_statement_on_the_server_and_the_program) {
    TemporaryDatabase const database;
    auto const holder = database.session();
    must(holder->execute("SELECT pg_advisory_lock(7)"));
    test::BackgroundTool tool("postgres_test_tool", {"--do", GetParam()},
                              PrivateServer::shared().variables(database.name()));
    auto const busy = [&] {
        return must(holder->number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                                   "AND state = 'active' AND pid <> pg_backend_pid()")) == 1;
    };
    ASSERT_TRUE(test::eventually(busy));
    tool.signal(SIGTERM);
    EXPECT_TRUE(test::eventually([&] { return !tool.running(); }, std::chrono::seconds{10}));
    EXPECT_EQ(tool.wait(), 143) << tool.error_output();
    EXPECT_TRUE(test::eventually([&] { return !busy(); }, std::chrono::seconds{5}));
}

INSTANTIATE_TEST_SUITE_P(Statements, CancelOnStop, testing::Values("sleep", "lock", "copy"),
                         [](auto const& parameter) { return std::string(parameter.param); });

} // namespace
} // namespace sluice::postgres
