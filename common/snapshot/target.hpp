#pragma once

#include "common/postgres/session.hpp"
#include "common/snapshot/inventory.hpp"

#include <string>

namespace sluice::snapshot {

/// Connects to a database that is always there (`postgres`, else `template1`) on the server of `target`, for what
/// cannot be done from inside the database itself. Errors as `postgres::connect`.
[[nodiscard]] Result<std::unique_ptr<postgres::Session>>
connect_for_maintenance(postgres::ConnectionParameters const& target, std::string const& purpose);

/// Finds out, before anything is touched, whether this server and role can take the inventory: version not older than
/// the source, CREATEDB, every role there and ours to give objects to, every extension available and allowed, nothing
/// that needs a superuser unless we are one, tablespaces, encoding and locale. Errors: denied with the exact GRANT or
/// refused/not_found with what to install; all problems of a kind are named at once.
[[nodiscard]] Result<void> check_target(postgres::Session& maintenance, Inventory const& inventory);

/// All of `roles` exist there, and of `owners` we are a member. Part of `check_target`.
[[nodiscard]] Result<void> check_roles(postgres::Session& maintenance, std::vector<std::string> const& roles,
                                       std::vector<std::string> const& owners);

/// " ENCODING … LC_COLLATE …" for CREATE DATABASE.
[[nodiscard]] std::string locale_clause(DatabaseProperties const& properties);

/// The value of a setting as ALTER … SET takes it: settings that are lists (search_path and its kind) keep their
/// elements apart. Source: PostgreSQL's variables of the flag GUC_LIST_QUOTE.
[[nodiscard]] std::string setting_value_sql(Setting const& setting);

/// CREATE DATABASE from template0 with the source's encoding and locale. Nobody but its owner may connect to it.
[[nodiscard]] Result<void> create_empty_database(postgres::Session& maintenance, std::string const& name,
                                                 DatabaseProperties const& properties);

/// No error when it does not exist. Ends our own leftover sessions in it first.
[[nodiscard]] Result<void> drop_database(postgres::Session& maintenance, std::string const& name);

[[nodiscard]] Result<bool> database_exists(postgres::Session& maintenance, std::string const& name);

/// `base` and `suffix` joined, with `base` cut so that the whole fits the 63 bytes of a PostgreSQL name; two different
/// long bases stay different.
[[nodiscard]] std::string side_name(std::string const& base, std::string const& suffix);

} // namespace sluice::snapshot
