#pragma once

#include "common/postgres/session.hpp"
#include "common/result/result.hpp"

namespace sluice::snapshot {

/// Finds out, before any work, what would make a snapshot fail, be incomplete or hold secrets: a pooler between us and
/// the server, a table, sequence or large object that this role may not read, row-level security that would hide rows,
/// foreign-server passwords that would end up in the store. Writes nothing.
/// Errors: usage (pooler), denied with the exact GRANT, refused.
[[nodiscard]] Result<void> check_source(postgres::Session& session);

/// The role for pg_dump's --role, or empty. As pg_read_all_data pg_dump is not shown the options of user mappings,
/// which hold passwords, whatever the connecting role may see.
[[nodiscard]] Result<std::string> role_for_pg_dump(postgres::Session& session);

} // namespace sluice::snapshot
