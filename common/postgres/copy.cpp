#include "common/postgres/copy.hpp"

#include "common/log/log.hpp"
#include "common/postgres/cancel.hpp"
#include "common/postgres/failure.hpp"
#include "common/process/signals.hpp"

#include <algorithm>
#include <libpq-fe.h>

namespace sluice::postgres {

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// PQputCopyData takes an int; one call of this size is far below it and keeps libpq's send buffer small.
constexpr std::size_t k_put_at_once = std::size_t{256} * 1024;

class LibpqCopy final : public CopyConnection {
  public:
    LibpqCopy(Connection connection, ConnectionParameters const& parameters, std::string purpose)
        : m_connection(std::move(connection)), m_description(parameters.description()), m_purpose(std::move(purpose)),
          m_encoding(PQparameterStatus(m_connection.get(), "server_encoding")),
          m_cancel(parameters, PQbackendPID(m_connection.get())) {}

    Result<void> execute(std::string const& sql) override {
        log::debug("sql", {{"session", m_purpose}, {"sql", sql}});
        Answer const answer(PQexec(m_connection.get(), sql.c_str()), &PQclear);
        auto const status = PQresultStatus(answer.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            return failed(answer.get());
        }
        return {};
    }

    Result<void> copy_out(std::string const& sql,
                          std::function<Result<void>(std::string_view)> const& on_row) override {
        TRY(begin(sql, PGRES_COPY_OUT));
        while (true) {
            TRY(process::check_not_stopped());
            char* row = nullptr;
            int const size = PQgetCopyData(m_connection.get(), &row, 0);
            std::unique_ptr<char, decltype(&PQfreemem)> const owner(row, &PQfreemem);
            if (size < 0) {
                return finish();
            }
            TRY(on_row({row, static_cast<std::size_t>(size)}));
        }
    }

    Result<std::uint64_t> copy_in(std::string const& sql,
                                  std::function<Result<void>(Put const&)> const& fill) override {
        TRY(begin(sql, PGRES_COPY_IN));
        m_put_failed = false;
        auto filled = fill([this](std::string_view text) { return put(text); });
        if (!filled) {
            PQputCopyEnd(m_connection.get(), "the client gave up");
            // Where the server broke off, its own reason says more than "the write failed".
            auto const ended = finish();
            return tl::unexpected<Error>(m_put_failed && !ended ? ended.error() : filled.error());
        }
        if (PQputCopyEnd(m_connection.get(), nullptr) != 1) {
            TRY(failed(nullptr));
        }
        TRY(finish());
        return m_rows;
    }

  private:
    Result<void> begin(std::string const& bare_sql, ExecStatusType expected) {
        std::string const sql = bare_sql + " (ENCODING '" + m_encoding + "')";
        log::debug("sql", {{"session", m_purpose}, {"sql", sql}});
        Answer const answer(PQexec(m_connection.get(), sql.c_str()), &PQclear);
        return PQresultStatus(answer.get()) == expected ? Result<void>{} : failed(answer.get());
    }

    Result<void> put(std::string_view text) {
        TRY(process::check_not_stopped());
        for (std::size_t at = 0; at < text.size(); at += k_put_at_once) {
            auto const piece = text.substr(at, k_put_at_once);
            if (PQputCopyData(m_connection.get(), piece.data(), static_cast<int>(piece.size())) != 1) {
                m_put_failed = true;
                return failed(nullptr);
            }
        }
        return {};
    }

    Result<void> finish() {
        Result<void> outcome;
        while (true) {
            Answer const answer(PQgetResult(m_connection.get()), &PQclear);
            if (!answer) {
                return outcome;
            }
            if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) {
                outcome = failed(answer.get());
            }
            m_rows = std::strtoull(PQcmdTuples(answer.get()), nullptr, 10);
            if (PQstatus(m_connection.get()) == CONNECTION_BAD) {
                return outcome;
            }
        }
    }

    Result<void> failed(PGresult const* answer) {
        char const* const state = answer == nullptr ? nullptr : PQresultErrorField(answer, PG_DIAG_SQLSTATE);
        if (state == nullptr) {
            return fail(Errc::temporary, "the connection to " + m_description + " was lost",
                        "Check that the server is up, then run the same command again.");
        }
        return tl::unexpected<Error>(statement_error(state, PQresultErrorMessage(answer)));
    }

    Connection m_connection;
    std::string m_description;
    std::string m_purpose;
    std::string m_encoding;
    std::uint64_t m_rows = 0;
    bool m_put_failed = false;
    CancelOnStop m_cancel;
};

} // namespace

Result<std::unique_ptr<CopyConnection>> CopyConnection::open(ConnectionParameters const& parameters,
                                                             std::string const& purpose) {
    auto const complete = with_defaults(parameters, purpose);
    Connection connection(PQconnectdb(complete.conninfo().c_str()), &PQfinish);
    if (!connection || PQstatus(connection.get()) != CONNECTION_OK) {
        return tl::unexpected<Error>(connection_error(complete));
    }
    int const version = PQserverVersion(connection.get());
    auto ready = std::make_unique<LibpqCopy>(std::move(connection), complete, purpose);
    TRY(apply_session_settings([&](std::string const& sql) { return ready->execute(sql); }, version));
    return std::unique_ptr<CopyConnection>(std::move(ready));
}

} // namespace sluice::postgres
