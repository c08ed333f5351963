#include "common/postgres/failure.hpp"

#include "common/time/clock.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::postgres {
namespace {

// Names and classes from the appendix "PostgreSQL Error Codes" of the manual.
TEST(KindOfSqlstate, tells_what_a_retry_may_cure) {
    for (char const* code : {"08006", "08001", "53100", "53200", "53300", "57P01", "57P02", "57P03", "40001", "40P01",
                             "55P03", "55006", "58030"}) {
        EXPECT_EQ(kind_of_sqlstate(code), Errc::temporary) << code;
    }
}

TEST(KindOfSqlstate, tells_what_a_grant_or_password_cures) {
    for (char const* code : {"28P01", "28000", "42501"}) {
        EXPECT_EQ(kind_of_sqlstate(code), Errc::denied) << code;
    }
}

TEST(KindOfSqlstate, tells_bad_data) {
    for (char const* code : {"22P02", "22021", "23505", "23503", "XX001", "XX002"}) {
        EXPECT_EQ(kind_of_sqlstate(code), Errc::bad_data) << code;
    }
}

TEST(KindOfSqlstate, takes_the_rest_for_something_that_a_retry_will_not_help) {
    for (char const* code : {"3D000", "42P01", "42601", "0A000", "42P04", "XX000"}) {
        EXPECT_EQ(kind_of_sqlstate(code), Errc::not_found) << code;
    }
}

TEST(KindOfSqlstate, takes_a_cancelled_statement_for_a_timeout_when_nobody_asked_to_stop) {
    EXPECT_EQ(kind_of_sqlstate("57014"), Errc::timed_out);
}

TEST(KindOfSqlstate, survives_a_state_that_is_none) {
    EXPECT_EQ(kind_of_sqlstate(""), Errc::not_found);
    EXPECT_EQ(kind_of_sqlstate("X"), Errc::not_found);
}

TEST(StatementError, shows_message_and_state_and_what_to_do) {
    Error const error = statement_error("42501", "ERROR:  permission denied for table orders\n");
    EXPECT_EQ(error.message, "ERROR:  permission denied for table orders (SQLSTATE 42501)");
    EXPECT_EQ(error.hint, "Grant the right that is missing to this role.");
}

TEST(WithDefaults, adds_what_is_not_given_and_keeps_what_is) {
    auto const complete = with_defaults(ConnectionParameters{{{"connect_timeout", "3"}}}, "take");
    EXPECT_EQ(complete.get("connect_timeout"), "3");
    EXPECT_EQ(complete.get("keepalives_idle"), "60");
    EXPECT_EQ(complete.get("fallback_application_name"), "sluice take");
    EXPECT_EQ(with_defaults({}, "x").get("connect_timeout"), "10");
}

// A setting that a server does not know is an error there, so each appears from its version on.
std::string settings_for(int version) {
    std::string all;
    auto const outcome = apply_session_settings(
        [&](std::string const& sql) -> Result<void> {
            all += sql + "; ";
            return {};
        },
        version);
    EXPECT_TRUE(outcome);
    return all;
}

// A role's own timeout of some milliseconds may end even the statement that lifts it.
TEST(SessionSettings, lift_the_role_s_own_timeout_first_and_do_not_give_up_at_once) {
    int calls = 0;
    auto const outcome = apply_session_settings(
        [&](std::string const& sql) -> Result<void> {
            ++calls;
            EXPECT_EQ(sql == "SET statement_timeout = 0", calls <= 3) << sql;
            return calls < 3 ? Result<void>{tl::unexpected<Error>(statement_error("57014", "canceling statement"))}
                             : Result<void>{};
        },
        150000);
    EXPECT_TRUE(outcome);
    EXPECT_EQ(calls, 4);
}

TEST(SessionSettings, names_only_settings_that_the_version_has) {
    EXPECT_EQ(settings_for(130010).find("idle_session_timeout"), std::string::npos);
    EXPECT_NE(settings_for(140000).find("idle_session_timeout = 0"), std::string::npos);
    EXPECT_EQ(settings_for(160001).find("transaction_timeout = 0; SET transaction"), std::string::npos);
    EXPECT_EQ(settings_for(160001).find("SET transaction_timeout"), std::string::npos);
    EXPECT_NE(settings_for(170000).find("SET transaction_timeout = 0"), std::string::npos);
}

// Accepts connections, as the kernel does for any listening socket, and never answers.
class SilentServer {
  public:
    SilentServer() : m_socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        bool const ready =
            bind(m_socket, plain, size) == 0 && listen(m_socket, 8) == 0 && getsockname(m_socket, plain, &size) == 0;
        EXPECT_TRUE(ready);
        m_port = ntohs(address.sin_port);
    }
    ~SilentServer() { close(m_socket); }
    SilentServer(SilentServer const&) = delete;
    SilentServer& operator=(SilentServer const&) = delete;
    [[nodiscard]] int port() const { return m_port; }

  private:
    int m_socket;
    int m_port = 0;
};

TEST(ConnectionError, gives_up_on_a_server_that_never_answers_and_says_so) {
    SilentServer const server;
    auto const begin = time::real_clock().steady_now();
    Error const error = connection_error(ConnectionParameters{{{"host", "127.0.0.1"},
                                                               {"port", std::to_string(server.port())},
                                                               {"dbname", "shop"},
                                                               {"connect_timeout", "2"}}});
    EXPECT_LT(time::real_clock().steady_now() - begin, std::chrono::seconds{6});
    EXPECT_EQ(error.kind, Errc::temporary);
    EXPECT_EQ(error.message, "cannot connect to database 'shop' on 127.0.0.1:" + std::to_string(server.port()) +
                                 ": no answer within 2 s");
}

TEST(ConnectionError, calls_a_closed_port_temporary) {
    int port = 0;
    {
        SilentServer const server;
        port = server.port();
    }
    Error const error = connection_error(
        ConnectionParameters{{{"host", "127.0.0.1"}, {"port", std::to_string(port)}, {"dbname", "shop"}}});
    EXPECT_EQ(error.kind, Errc::temporary);
    EXPECT_NE(error.message.find("Connection refused"), std::string::npos) << error.message;
}

TEST(ConnectionError, calls_an_unknown_service_a_mistake_of_configuration) {
    Error const error = connection_error(ConnectionParameters{{{"service", "no-such-service"}}});
    EXPECT_EQ(error.kind, Errc::usage) << error.message;
}

} // namespace
} // namespace sluice::postgres
