#pragma once

#include "common/postgres/session.hpp"
#include "common/snapshot/inventory.hpp"

#include <string>
#include <vector>

namespace sluice::db_restore {

/// Settings that this role may not make, each with what would allow it.
struct ForbiddenSetting {
    std::string what;  ///< "statement_timeout for role 'app'"
    std::string grant; ///< the statement an administrator would run
};
[[nodiscard]] Result<std::vector<ForbiddenSetting>> find_forbidden_settings(postgres::Session& maintenance,
                                                                            snapshot::DatabaseProperties const& wanted);

/// The properties without the settings that `find_forbidden_settings` named.
[[nodiscard]] Result<snapshot::DatabaseProperties> without_forbidden_settings(postgres::Session& maintenance,
                                                                              snapshot::DatabaseProperties properties);

/// The statements that give `database` its owner, connection limit and settings. Pure.
[[nodiscard]] std::vector<std::string> property_statements(std::string const& database,
                                                           snapshot::DatabaseProperties const& properties);

/// The statements that give it the access list of `properties`, in place of any it has. Grants made by others than the
/// owner become the owner's. Asks the server to take the list apart.
[[nodiscard]] Result<std::vector<std::string>> access_statements(postgres::Session& maintenance,
                                                                 std::string const& database,
                                                                 snapshot::DatabaseProperties const& properties);

/// Where there is neither a source nor an old database: what CREATE DATABASE would give, owned by ourselves.
[[nodiscard]] Result<snapshot::DatabaseProperties> default_properties(postgres::Session& maintenance);

} // namespace sluice::db_restore
