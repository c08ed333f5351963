#pragma once

#include "common/postgres/session.hpp"
#include "common/snapshot/inventory.hpp"
#include "common/snapshot/marker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// The role that we work as, as the target's server sees it.
struct OwnRole {
    std::string name;
    bool superuser = false;
    bool may_create_databases = false;
};

/// The target database as it stands.
struct ExistingTarget {
    std::uint32_t oid = 0;
    bool ours = false;           ///< we are its owner or a member of it
    std::string comment_as_read; ///< to notice a change while we work
    snapshot::DatabaseComment comment;
    std::string environment_setting; ///< `sluice.environment` of the database, where a superuser set one
    bool empty = false;              ///< no table, view, sequence, function or large object of a user's
    std::int64_t prepared_transactions = 0;
    std::vector<std::string> unendable; ///< roles with sessions in it that we may not end
    bool superuser_sessions = false;    ///< some of those are a superuser's
    snapshot::DatabaseProperties properties;
};

/// What the server states of the target, before anything is touched.
struct TargetFacts {
    std::string name;
    std::string system_identifier;
    OwnRole role;
    std::optional<ExistingTarget> existing;
};

/// `parameters` name the target; `maintenance` is a session in another database of its server. Writes nothing.
[[nodiscard]] Result<TargetFacts> read_target_facts(postgres::Session& maintenance,
                                                    postgres::ConnectionParameters const& parameters);

/// Roles with sessions in the database that we may not end, and whether one is a superuser.
struct Unendable {
    std::vector<std::string> roles;
    bool superuser = false;
};
[[nodiscard]] Result<Unendable> find_unendable_sessions(postgres::Session& maintenance, std::uint32_t database_oid);

/// Errors: denied, with the GRANT, when there are any.
[[nodiscard]] Result<void> check_endable(std::string const& target, std::string const& own_role,
                                         std::vector<std::string> const& unendable, bool superuser);

} // namespace sluice::db_restore
