#pragma once

#include "common/postgres/connection.hpp"
#include "common/result/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::postgres {

/// A connection for bulk data through libpq's own COPY calls, which libpqxx does not offer. Rows pass in the database's
/// own encoding, unconverted; SQL is UTF-8 as everywhere, and a COPY ends in TO STDOUT or FROM STDIN without options.
/// One thread at a time.
class CopyConnection {
  public:
    /// Connects and applies its settings. Errors as `connect`.
    [[nodiscard]] static Result<std::unique_ptr<CopyConnection>> open(ConnectionParameters const& parameters,
                                                                      std::string const& purpose);
    virtual ~CopyConnection() = default;

    [[nodiscard]] virtual Result<void> execute(std::string const& sql) = 0;

    /// Runs a COPY … TO STDOUT and hands over each row, its line feed included, as it arrives. The view is valid
    /// during the call only. Memory: the largest row, twice (libpq's buffer and the copy it hands out).
    /// Errors: by SQLSTATE, interrupted, or whatever `on_row` returned; the connection is then unusable.
    [[nodiscard]] virtual Result<void> copy_out(std::string const& sql,
                                                std::function<Result<void>(std::string_view)> const& on_row) = 0;

    /// Runs a COPY … FROM STDIN and returns the number of rows that the server stored. `fill` calls its argument for
    /// every piece of text, cut anywhere. Errors: by SQLSTATE, interrupted, or whatever `fill` returned; then nothing
    /// of this COPY is stored.
    using Put = std::function<Result<void>(std::string_view)>;
    [[nodiscard]] virtual Result<std::uint64_t> copy_in(std::string const& sql,
                                                        std::function<Result<void>(Put const&)> const& fill) = 0;
};

} // namespace sluice::postgres
