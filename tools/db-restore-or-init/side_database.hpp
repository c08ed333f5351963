#pragma once

#include "common/json/json.hpp"
#include "common/postgres/session.hpp"
#include "common/snapshot/inventory.hpp"

#include <functional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// A database of the server, with the mark in its comment.
struct NamedDatabase {
    std::string name;
    std::string comment;
    bool ours = false; ///< we are its owner or a member of it
};
[[nodiscard]] Result<std::vector<NamedDatabase>> list_databases(postgres::Session& maintenance);

/// Databases that an interrupted restore of `target` left behind: named as only this tool names them, and without a
/// comment of anybody else's.
[[nodiscard]] Result<std::vector<NamedDatabase>> find_leftovers(postgres::Session& maintenance,
                                                                std::string const& target);

/// Incomplete templates of any snapshot, or all of them.
[[nodiscard]] Result<std::vector<NamedDatabase>> find_templates(postgres::Session& maintenance, bool incomplete_only);

[[nodiscard]] Result<void> set_comment(postgres::Session& maintenance, std::string const& database,
                                       std::string const& text, Json const& marker);

/// Makes a database, marks it at once, and has `fill` fill it; drops it when that fails, also when a signal is why.
using MakeEmpty = std::function<Result<void>(std::string const& name)>;
[[nodiscard]] Result<void> make_and_fill(postgres::Session& maintenance, std::string const& name, Json const& marker,
                                         MakeEmpty const& make, std::function<Result<void>()> const& fill);

/// One restore at a time: takes a lock that ends with the session. False when another session has it.
[[nodiscard]] Result<bool> try_lock(postgres::Session& maintenance, std::string const& what);
void unlock(postgres::Session& maintenance, std::string const& what);

/// The lock of all restores into `target`. Errors: temporary when another one runs.
[[nodiscard]] Result<void> lock_target(postgres::Session& maintenance, std::string const& target);

} // namespace sluice::db_restore
