#include "common/postgres/session.hpp"

#include "common/log/log.hpp"
#include "common/postgres/cancel.hpp"
#include "common/postgres/failure.hpp"

#include <pqxx/pqxx>

namespace sluice::postgres {

namespace {

// The catch order of libpqxx 6 to 8 (style page, section 4): not every error there derives from sql_error.
template <class Work> auto guarded(Work const& work) -> Result<decltype(work())> {
    try {
        return work();
    } catch (pqxx::broken_connection const& failure) {
        return fail(Errc::temporary, std::string("the connection to the server was lost: ") + failure.what());
    } catch (pqxx::in_doubt_error const& failure) {
        return fail(Errc::temporary, std::string("the outcome of a commit is unknown: ") + failure.what());
    } catch (pqxx::deadlock_detected const& failure) {
        return tl::unexpected<Error>(statement_error("40P01", failure.what()));
    } catch (pqxx::serialization_failure const& failure) {
        return tl::unexpected<Error>(statement_error("40001", failure.what()));
    } catch (pqxx::insufficient_privilege const& failure) {
        // libpqxx 6.4 leaves its sqlstate() empty.
        return tl::unexpected<Error>(statement_error("42501", failure.what()));
    } catch (pqxx::sql_error const& failure) {
        return tl::unexpected<Error>(statement_error(std::string{failure.sqlstate()}, failure.what()));
    } catch (std::exception const& failure) {
        return fail(Errc::internal, std::string("libpqxx: ") + failure.what());
    }
}

// exec_params became exec(…, params) in 7.10 and is deprecated since.
pqxx::result run(pqxx::nontransaction& transaction, std::string const& sql, std::vector<std::string> const& values) {
    if (values.empty()) {
        return transaction.exec(sql);
    }
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
    pqxx::params parameters;
    for (auto const& value : values) {
        parameters.append(value);
    }
    return transaction.exec(sql, parameters);
#elif PQXX_VERSION_MAJOR == 7
    pqxx::params parameters;
    for (auto const& value : values) {
        parameters.append(value);
    }
    return transaction.exec_params(sql, parameters);
#else
    return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
#endif
}

Rows rows_of(pqxx::result const& result) {
    Rows rows;
    rows.reserve(result.size());
    for (auto const& row : result) {
        Row cells;
        cells.reserve(row.size());
        for (auto const& field : row) {
            cells.push_back(field.is_null() ? Cell{} : Cell{std::string(field.c_str(), field.size())});
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

class PqxxSession final : public Session {
  public:
    PqxxSession(std::unique_ptr<pqxx::connection> connection, ConnectionParameters parameters, std::string purpose)
        : m_connection(std::move(connection)), m_transaction(std::make_unique<pqxx::nontransaction>(*m_connection)),
          m_parameters(std::move(parameters)), m_purpose(std::move(purpose)), m_version(m_connection->server_version()),
          m_backend(m_connection->backendpid()), m_cancel(m_parameters, m_backend) {}

    using Session::query;
    Result<Rows> query(std::string const& sql, std::vector<std::string> const& parameters) override {
        // libpqxx 6.4 would connect again without a word and run the statement outside its transaction and locks.
        if (m_lost) {
            return lost();
        }
        log::debug("sql", {{"session", m_purpose}, {"sql", sql}});
        auto rows = guarded([&] { return rows_of(run(*m_transaction, sql, parameters)); });
        m_lost = !m_connection->is_open() || m_connection->backendpid() != m_backend;
        return m_lost ? lost() : std::move(rows);
    }

    [[nodiscard]] int server_version() const override { return m_version; }
    [[nodiscard]] int backend_pid() const override { return m_backend; }
    [[nodiscard]] ConnectionParameters const& parameters() const override { return m_parameters; }

  private:
    [[nodiscard]] Result<Rows> lost() const {
        return fail(Errc::temporary, "the connection to " + m_parameters.description() + " was lost",
                    "Check that the server is up, then run the same command again.");
    }

    std::unique_ptr<pqxx::connection> m_connection;
    std::unique_ptr<pqxx::nontransaction> m_transaction;
    ConnectionParameters m_parameters;
    std::string m_purpose;
    int m_version;
    int m_backend;
    bool m_lost = false;
    CancelOnStop m_cancel;
};

} // namespace

Result<std::unique_ptr<Session>> connect(ConnectionParameters const& parameters, std::string const& purpose) {
    auto const complete = with_defaults(parameters, purpose);
    auto connection = guarded([&] { return std::make_unique<pqxx::connection>(complete.conninfo()); });
    if (!connection) {
        return tl::unexpected<Error>(connection_error(complete));
    }
    auto session = guarded([&]() -> std::unique_ptr<Session> {
        return std::make_unique<PqxxSession>(std::move(*connection), complete, purpose);
    });
    TRY_ASSIGN(std::unique_ptr<Session> ready, std::move(session));
    TRY(apply_session_settings([&](std::string const& sql) { return ready->execute(sql); }, ready->server_version()));
    return ready;
}

Result<void> Session::execute(std::string const& sql, std::vector<std::string> const& parameters) {
    return query(sql, parameters).map([](Rows const&) {});
}

Result<Cell> Session::cell(std::string const& sql, std::vector<std::string> const& parameters) {
    TRY_ASSIGN(Rows rows, query(sql, parameters));
    if (rows.size() != 1 || rows.front().size() != 1) {
        return fail(Errc::internal, "expected one row of one column from: " + sql);
    }
    return std::move(rows.front().front());
}

Result<std::string> Session::text(std::string const& sql, std::vector<std::string> const& parameters) {
    return cell(sql, parameters).map(text_of);
}

Result<bool> Session::truth(std::string const& sql, std::vector<std::string> const& parameters) {
    return cell(sql, parameters).map(truth_of);
}

Result<std::int64_t> Session::number(std::string const& sql, std::vector<std::string> const& parameters) {
    return cell(sql, parameters).map(number_of);
}

std::int64_t number_of(Cell const& cell) { return cell ? std::strtoll(cell->c_str(), nullptr, 10) : 0; }
bool truth_of(Cell const& cell) { return cell && *cell == "t"; }
std::string text_of(Cell const& cell) { return cell.value_or(std::string{}); }

} // namespace sluice::postgres
