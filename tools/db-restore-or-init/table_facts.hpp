#pragma once

#include "common/postgres/session.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// What the catalog says of a table beyond its inventory, for comparing its rows.
struct TableFacts {
    std::vector<std::string> key{};                ///< columns of the primary key, else of a unique one without nulls
    std::map<std::string, std::string> types{};    ///< of every stored column, with its modifier
    std::map<std::string, std::string> defaults{}; ///< SQL for the value that rows older than the column have
    std::vector<std::string> indexed_times{};      ///< time columns whose newest value an index knows
    std::vector<std::string> times{};              ///< all time columns
};

/// Of every table of the connected database, by oid. Views of the catalog are as the session's transaction sees them.
[[nodiscard]] Result<std::map<std::uint32_t, TableFacts>> read_table_facts(postgres::Session& session);

} // namespace sluice::db_restore
