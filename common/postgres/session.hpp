#pragma once

#include "common/postgres/connection.hpp"
#include "common/result/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::postgres {

using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;
using Rows = std::vector<Row>;

/// One connection for control statements, in autocommit: transactions are opened and closed by their own SQL. Not for
/// several threads at once. When a stop is asked for, a running statement is cancelled on the server.
class Session {
  public:
    virtual ~Session() = default;

    /// Runs one statement (several without parameters). Errors: by SQLSTATE, see `kind_of_sqlstate`; temporary when
    /// the connection is lost, which also ends every transaction, lock and exported snapshot it held.
    [[nodiscard]] virtual Result<Rows> query(std::string const& sql, std::vector<std::string> const& parameters) = 0;
    [[nodiscard]] Result<Rows> query(std::string const& sql) { return query(sql, {}); }

    /// As PQserverVersion: 150004 is 15.4.
    [[nodiscard]] virtual int server_version() const = 0;
    /// The backend's process number as the server gave it at connect; a pooler answers with one of its own.
    [[nodiscard]] virtual int backend_pid() const = 0;
    [[nodiscard]] virtual ConnectionParameters const& parameters() const = 0;

    [[nodiscard]] Result<void> execute(std::string const& sql, std::vector<std::string> const& parameters = {});
    /// The only cell of the only row. Errors: internal when the answer has another shape.
    [[nodiscard]] Result<Cell> cell(std::string const& sql, std::vector<std::string> const& parameters = {});
    /// As `cell`, for a text that is never null.
    [[nodiscard]] Result<std::string> text(std::string const& sql, std::vector<std::string> const& parameters = {});
    [[nodiscard]] Result<bool> truth(std::string const& sql, std::vector<std::string> const& parameters = {});
    [[nodiscard]] Result<std::int64_t> number(std::string const& sql, std::vector<std::string> const& parameters = {});
};

/// Connects and applies its settings. `purpose` is shown in pg_stat_activity and in verbose logs. Blocks up to
/// the connect timeout. Errors: denied, not_found (no such database), temporary (no server), usage.
[[nodiscard]] Result<std::unique_ptr<Session>> connect(ConnectionParameters const& parameters,
                                                       std::string const& purpose);

/// Reads a cell that a query of ours always fills.
[[nodiscard]] std::int64_t number_of(Cell const& cell);
[[nodiscard]] bool truth_of(Cell const& cell);
[[nodiscard]] std::string text_of(Cell const& cell);

} // namespace sluice::postgres
