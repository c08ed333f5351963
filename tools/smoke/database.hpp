#pragma once

#include "common/postgres/read_only.hpp"
#include "tools/smoke/probe_result.hpp"

namespace sluice::smoke {

using postgres::open_read_only;
using postgres::read_only_transaction;
using postgres::without_end;

/// A refused login or a missing right is unknown, everything else that the server says is a failed check.
[[nodiscard]] ProbeResult failed_query(Error const& error);

} // namespace sluice::smoke
