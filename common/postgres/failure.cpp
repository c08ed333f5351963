#include "common/postgres/failure.hpp"

#include "common/process/signals.hpp"
#include "common/time/deadline.hpp"

#include <array>
#include <cstdlib>
#include <libpq-fe.h>
#include <memory>
#include <poll.h>
#include <regex>

namespace sluice::postgres {

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return text;
}

std::string hint_for(std::string_view sqlstate) {
    if (sqlstate == "28P01" || sqlstate == "28000") {
        return "Check the user and password behind this connection, and pg_hba.conf on the server.";
    }
    if (sqlstate == "3D000") {
        return "Check the database name behind this connection.";
    }
    if (sqlstate == "42501") {
        return "Grant the right that is missing to this role.";
    }
    if (sqlstate == "53100") {
        return "The server's disk is full: free space there, then try again.";
    }
    if (sqlstate == "53300") {
        return "The server has no connection left: lower --jobs, or raise max_connections.";
    }
    if (sqlstate == "55P03") {
        return "Something holds a lock in the way: wait for it to end, or allow more time with --lock-timeout.";
    }
    return {};
}

// As libpq reads it: whole seconds; nothing, zero and less mean no limit, for which there is one here.
std::chrono::seconds connect_limit(ConnectionParameters const& parameters) {
    constexpr std::chrono::seconds fallback{10};
    auto const seconds = std::atoi(parameters.get("connect_timeout").c_str());
    return seconds > 0 ? std::chrono::seconds{seconds} : fallback;
}

// False when the server did not answer in time.
bool poll_until_connected(PGconn* connection, time::Deadline const& deadline) {
    auto state = PGRES_POLLING_WRITING;
    while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
        pollfd watched{PQsocket(connection), static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
        if (poll(&watched, 1, static_cast<int>(deadline.left().count())) <= 0) {
            return false;
        }
        state = PQconnectPoll(connection);
    }
    return true;
}

// libpq's reason with the SQLSTATE in it.
std::string reason_of_failure(ConnectionParameters const& parameters) {
    Connection const connection(PQconnectStart(parameters.conninfo().c_str()), &PQfinish);
    if (!connection) {
        return "out of memory";
    }
    if (PQstatus(connection.get()) != CONNECTION_BAD) {
        PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
        auto const limit = connect_limit(parameters);
        if (!poll_until_connected(connection.get(), time::Deadline(time::real_clock(), limit))) {
            return "no answer within " + std::to_string(limit.count()) + " s";
        }
    }
    return trimmed(PQerrorMessage(connection.get()));
}

std::string sqlstate_in(std::string const& message) {
    // "failed: FATAL:  28P01: password authentication failed …"; the severity word is translated, the code is not.
    // Every code has a digit, and FATAL is a word of five capitals too.
    static std::regex const pattern(R"(: +(?=[A-Z]*[0-9])([0-9A-Z]{5}): )");
    std::smatch found;
    return std::regex_search(message, found, pattern) ? found[1].str() : std::string{};
}

std::string first_line(std::string const& text) { return text.substr(0, text.find('\n')); }

} // namespace

Errc kind_of_sqlstate(std::string_view sqlstate) {
    std::string_view const group = sqlstate.substr(0, 2);
    if (sqlstate == "57014") {
        return process::stop_signal() != 0 ? Errc::interrupted : Errc::timed_out;
    }
    if (group == "08" || group == "53" || group == "57" || group == "40" || sqlstate == "55P03" ||
        sqlstate == "55006" || sqlstate == "58030") {
        return Errc::temporary;
    }
    if (group == "28" || sqlstate == "42501") {
        return Errc::denied;
    }
    return group == "22" || group == "23" || sqlstate == "XX001" || sqlstate == "XX002" ? Errc::bad_data
                                                                                        : Errc::not_found;
}

Error statement_error(std::string_view sqlstate, std::string const& message) {
    std::string const text = trimmed(message) + (sqlstate.empty() ? "" : " (SQLSTATE " + std::string(sqlstate) + ")");
    return Error{kind_of_sqlstate(sqlstate), text, hint_for(sqlstate), {}, {}};
}

bool has_sqlstate(Error const& error, std::string_view sqlstate) {
    return error.message.find("(SQLSTATE " + std::string(sqlstate) + ")") != std::string::npos;
}

Error connection_error(ConnectionParameters const& parameters) {
    std::string const message = reason_of_failure(parameters);
    std::string const sqlstate = sqlstate_in(message);
    std::string const what = "cannot connect to " + parameters.description() + ": " + first_line(message);
    if (sqlstate.empty()) {
        bool const misconfigured =
            message.find("service") != std::string::npos && message.find("not found") != std::string::npos;
        return Error{misconfigured ? Errc::usage : Errc::temporary,
                     what,
                     "Check that the server runs and that host, port and network let this machine in.",
                     {},
                     {}};
    }
    return Error{kind_of_sqlstate(sqlstate), what, hint_for(sqlstate), {}, {}};
}

ConnectionParameters with_defaults(ConnectionParameters const& parameters, std::string const& purpose) {
    auto complete = parameters.with("fallback_application_name", "sluice " + purpose);
    constexpr std::array<std::pair<char const*, char const*>, 4> defaults{{{"connect_timeout", "10"},
                                                                           {"keepalives_idle", "60"},
                                                                           {"keepalives_interval", "10"},
                                                                           {"keepalives_count", "6"}}};
    for (auto const& [keyword, value] : defaults) {
        if (complete.get(keyword).empty()) {
            complete = complete.with(keyword, value);
        }
    }
    return complete;
}

namespace {

// Alone and again: until it has run, the role's own timeout counts, for a batch as a whole.
Result<void> lift_statement_timeout(std::function<Result<void>(std::string const&)> const& execute) {
    constexpr int attempts = 25;
    Result<void> outcome;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        outcome = execute("SET statement_timeout = 0");
        if (outcome || !has_sqlstate(outcome.error(), "57014")) {
            return outcome;
        }
    }
    return outcome;
}

std::string session_settings(int version) {
    std::string sql = "SET client_min_messages = error; SET lock_timeout = 0; "
                      "SET idle_in_transaction_session_timeout = 0; SET search_path = pg_catalog; "
                      "SET row_security = off; SET TimeZone = 'UTC'; SET lc_monetary = 'C'; SET DateStyle = ISO; SET "
                      "IntervalStyle = postgres; "
                      "SET extra_float_digits = 3; SET bytea_output = hex; SET standard_conforming_strings = on; "
                      "SET synchronize_seqscans = off; SET xmloption = content";
    if (version >= 140000) {
        sql += "; SET idle_session_timeout = 0";
    }
    if (version >= 170000) {
        sql += "; SET transaction_timeout = 0";
    }
    return sql + "; SET client_encoding = 'UTF8'";
}

} // namespace

Result<void> apply_session_settings(std::function<Result<void>(std::string const&)> const& execute, int version) {
    TRY(lift_statement_timeout(execute));
    return execute(session_settings(version));
}

} // namespace sluice::postgres
