#include "common/postgres/read_only.hpp"

#include <algorithm>

namespace sluice::postgres {

std::string read_only_transaction(std::chrono::milliseconds timeout) {
    // Our own sessions have settings for long work; whoever looks is to see what the application sees.
    return "RESET ALL; SET client_encoding = 'UTF8'; SET client_min_messages = error; BEGIN READ ONLY; "
           "SET LOCAL statement_timeout = " +
           std::to_string(timeout.count()) + "; SET LOCAL idle_in_transaction_session_timeout = 0";
}

Result<std::unique_ptr<Session>> open_read_only(ConnectionParameters const& connection, std::string const& purpose,
                                                std::chrono::milliseconds timeout) {
    auto parameters = connection;
    if (parameters.get("connect_timeout").empty()) {
        // libpq counts in whole seconds and takes one for two.
        auto const seconds = std::chrono::ceil<std::chrono::seconds>(timeout).count();
        parameters = parameters.with("connect_timeout", std::to_string(std::max<std::int64_t>(2, seconds)));
    }
    TRY_ASSIGN(auto session, connect(parameters, purpose));
    TRY(session->execute(read_only_transaction(timeout)));
    return session;
}

std::string without_end(std::string sql) {
    while (!sql.empty() && std::string_view(" \t\r\n;").find(sql.back()) != std::string_view::npos) {
        sql.pop_back();
    }
    return sql;
}

} // namespace sluice::postgres
