#pragma once

#include "common/postgres/session.hpp"

namespace sluice::db_restore {

/// Proves, before anyone can connect, that a restored copy cannot reach back to where it came from: no subscription,
/// and no foreign-server user mapping with options, which is where passwords are. To be called in the new database
/// before the user's own files run. Errors: refused.
[[nodiscard]] Result<void> check_harmless(postgres::Session& session);

} // namespace sluice::db_restore
