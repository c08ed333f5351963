#include "common/postgres/copy.hpp"

#include "tests/support/must.hpp"
#include "tests/support/temporary_database.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace sluice::postgres {
namespace {

using test::must;
using test::PrivateServer;
using test::TemporaryDatabase;

std::unique_ptr<CopyConnection> open(TemporaryDatabase const& database) {
    return must(CopyConnection::open(database.connection(), "copy"));
}

std::vector<std::string> rows_of(CopyConnection& copy, std::string const& sql) {
    std::vector<std::string> rows;
    must(copy.copy_out(sql, [&](std::string_view row) {
        rows.emplace_back(row);
        return Result<void>{};
    }));
    return rows;
}

Result<std::uint64_t> put_text(CopyConnection& copy, std::string const& sql, std::string_view text) {
    return copy.copy_in(sql, [&](CopyConnection::Put const& put) { return put(text); });
}

// The escapes are those of the manual, "COPY", text format.
TEST(Copy, hands_over_each_row_with_its_line_feed) {
    TemporaryDatabase const database;
    auto const copy = open(database);
    EXPECT_EQ(rows_of(*copy, "COPY (VALUES (1, 'a'), (2, NULL), (3, E't\\tn\\nb\\\\')) TO STDOUT"),
              (std::vector<std::string>{"1\ta\n", "2\t\\N\n", "3\tt\\tn\\nb\\\\\n"}));
    EXPECT_TRUE(rows_of(*copy, "COPY (SELECT WHERE false) TO STDOUT").empty());
}

TEST(Copy, brings_a_table_to_another_and_back_unchanged) {
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.a AS SELECT i, md5(i::text) AS t, i * 0.1::float8 AS f, "
                     "now() + i * interval '1 second' AS at, decode(md5(i::text), 'hex') AS b "
                     "FROM generate_series(1, 20000) AS i; CREATE TABLE public.b (LIKE public.a)");
    auto const from = open(database);
    auto const to = open(database);
    must(to->copy_in("COPY public.b FROM STDIN",
                     [&](CopyConnection::Put const& put) { return from->copy_out("COPY public.a TO STDOUT", put); }));
    auto const session = database.session();
    EXPECT_EQ(must(session->number("SELECT count(*) FROM public.b")), 20'000);
    EXPECT_EQ(must(session->number("SELECT count(*) FROM (TABLE public.a EXCEPT ALL TABLE public.b) AS x")), 0);
}

TEST(Copy, carries_a_row_of_twenty_megabytes) {
    constexpr std::size_t size = 20'000'000;
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.wide (t text)");
    auto const copy = open(database);
    std::string const row = std::string(size, 'x') + "\n";
    must(put_text(*copy, "COPY public.wide FROM STDIN", row));
    EXPECT_EQ(must(database.session()->number("SELECT length(t) FROM public.wide")), std::int64_t{size});
    auto const back = rows_of(*copy, "COPY public.wide TO STDOUT");
    ASSERT_EQ(back.size(), 1U);
    EXPECT_TRUE(back.front() == row);
}

TEST(Copy, takes_pieces_cut_anywhere) {
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.t (a int, b text)");
    auto const copy = open(database);
    must(copy->copy_in("COPY public.t FROM STDIN", [](CopyConnection::Put const& put) -> Result<void> {
        for (char const letter : std::string_view("1\tab\\tc\n22\t\xC3\xA4\n")) {
            TRY(put({&letter, 1}));
        }
        return {};
    }));
    EXPECT_EQ(must(database.session()->text("SELECT string_agg(a || b, ',' ORDER BY a) FROM public.t")),
              "1ab\tc,22\xC3\xA4");
}

TEST(Copy, passes_bytes_in_the_database_s_own_encoding) {
    TemporaryDatabase const database(PrivateServer::shared(),
                                     "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    database.execute("CREATE TABLE public.t (t text)");
    auto const copy = open(database);
    must(put_text(*copy, "COPY public.t FROM STDIN", "\xE4\n"));
    EXPECT_EQ(rows_of(*copy, "COPY public.t TO STDOUT"), std::vector<std::string>{"\xE4\n"});
    EXPECT_EQ(must(database.session()->text("SELECT t FROM public.t")), "\xC3\xA4");
}

TEST(Copy, gives_the_receiver_s_own_reason_when_it_fails) {
    TemporaryDatabase const database;
    auto const copy = open(database);
    auto const outcome =
        copy->copy_out("COPY (SELECT generate_series(1, 100000)) TO STDOUT",
                       [](std::string_view) -> Result<void> { return fail(Errc::temporary, "disk full"); });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "disk full");
}

TEST(Copy, gives_the_giver_s_own_reason_and_stores_nothing_when_it_fails) {
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.t (i int)");
    for (Errc const kind : {Errc::bad_data, Errc::temporary}) {
        auto const copy = open(database);
        auto const outcome =
            copy->copy_in("COPY public.t FROM STDIN", [&](CopyConnection::Put const& put) -> Result<void> {
                TRY(put("1\n"));
                return fail(kind, "chunk is damaged");
            });
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().kind, kind);
        EXPECT_EQ(outcome.error().message, "chunk is damaged");
        must(copy->execute("SELECT 1"));
    }
    EXPECT_EQ(must(database.session()->number("SELECT count(*) FROM public.t")), 0);
}

TEST(Copy, gives_the_server_s_reason_for_data_it_refuses) {
    TemporaryDatabase const database;
    database.execute("CREATE TABLE public.t (i int PRIMARY KEY)");
    auto const copy = open(database);
    auto const malformed = put_text(*copy, "COPY public.t FROM STDIN", "1\nx\n");
    ASSERT_FALSE(malformed);
    EXPECT_EQ(malformed.error().kind, Errc::bad_data);
    EXPECT_NE(malformed.error().message.find("SQLSTATE 22P02"), std::string::npos) << malformed.error().message;
    EXPECT_EQ(put_text(*copy, "COPY public.t FROM STDIN", "1\n1\n").error().kind, Errc::bad_data);
    EXPECT_EQ(must(database.session()->number("SELECT count(*) FROM public.t")), 0);
}

TEST(Copy, gives_the_server_s_reason_for_a_statement_it_refuses) {
    TemporaryDatabase const database;
    auto const copy = open(database);
    EXPECT_EQ(put_text(*copy, "COPY public.none FROM STDIN", "").error().kind, Errc::not_found);
    auto const nothing = [](std::string_view) { return Result<void>{}; };
    EXPECT_EQ(copy->copy_out("COPY public.none TO STDOUT", nothing).error().kind, Errc::not_found);
    EXPECT_EQ(copy->copy_out("COPY (SELECT 1 / (3 - generate_series(1, 5))) TO STDOUT", nothing).error().kind,
              Errc::bad_data);
    must(copy->execute("SELECT 1"));
}

TEST(Copy, is_denied_to_a_role_without_the_right) {
    TemporaryDatabase const database;
    PrivateServer::shared().create_role("reader_of_nothing");
    database.execute("CREATE TABLE public.t (i int)");
    auto const copy = must(CopyConnection::open(database.connection("reader_of_nothing"), "copy"));
    auto const outcome = copy->copy_out("COPY public.t TO STDOUT", [](std::string_view) { return Result<void>{}; });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::denied);
}

TEST(Copy, notices_a_server_that_dies_while_it_reads) {
    PrivateServer server;
    auto const copy = must(CopyConnection::open(server.connection("postgres"), "copy"));
    int seen = 0;
    auto const outcome =
        copy->copy_out("COPY (SELECT generate_series(1, 1000000000)) TO STDOUT", [&](std::string_view) -> Result<void> {
            if (++seen == 1000) {
                server.kill();
            }
            return {};
        });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary) << outcome.error().message;
    EXPECT_LT(seen, 100'000'000);
}

TEST(Copy, notices_a_server_that_dies_while_it_writes) {
    PrivateServer server;
    server.execute("CREATE TABLE public.t (i int)");
    auto const copy = must(CopyConnection::open(server.connection("postgres"), "copy"));
    auto const outcome = copy->copy_in("COPY public.t FROM STDIN", [&](CopyConnection::Put const& put) -> Result<void> {
        TRY(put("1\n"));
        server.kill();
        std::string const more(1'000'000, '\n');
        for (int i = 0; i < 100; ++i) {
            TRY(put(more));
        }
        return {};
    });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::temporary) << outcome.error().message;
}

TEST(Copy, is_denied_with_a_wrong_password) {
    auto& server = PrivateServer::shared();
    server.create_role("copier", "PASSWORD 'right'");
    auto const outcome = CopyConnection::open(server.connection_with_password("postgres", "copier", "wrong"), "copy");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, Errc::denied) << outcome.error().message;
}

} // namespace
} // namespace sluice::postgres
