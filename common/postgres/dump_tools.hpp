#pragma once

#include "common/postgres/connection.hpp"
#include "common/process/runner.hpp"
#include "common/result/result.hpp"

#include <string>
#include <vector>

namespace sluice::postgres {

/// One installed pair of pg_dump and pg_restore.
struct DumpTools {
    std::string pg_dump;
    std::string pg_restore;
    int major = 0;
};

/// The installed pair of the lowest version that is not older than a server of `server_version` (150004 is 15.4):
/// pg_dump refuses newer servers, and what a newer pair writes (`SET transaction_timeout`) an older server refuses.
/// Looks where Debian (/usr/lib/postgresql/N/bin) and Red Hat (/usr/pgsql-N/bin) put those of the server's own version,
/// then in PATH, then at other versions there. Errors: not_found, naming the package to install.
[[nodiscard]] Result<DumpTools> find_dump_tools(process::Runner& runner, int server_version);

/// The same choice among a given list; pure. `found` may be in any order.
[[nodiscard]] Result<DumpTools> choose_dump_tools(std::vector<DumpTools> const& found, int server_version);

} // namespace sluice::postgres
