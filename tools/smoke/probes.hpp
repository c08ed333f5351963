#pragma once

#include "common/process/runner.hpp"
#include "common/snapshot/marker.hpp"
#include "tools/smoke/probe_result.hpp"

namespace sluice::smoke {

/// What an exchange showed, held against the check's assertions.
[[nodiscard]] ProbeResult judge_exchange(Check const& check, http::Exchange const& exchange, time::Wall now);

/// Connects to the first address that answers. Blocks up to the check's timeout.
[[nodiscard]] ProbeResult probe_tcp(Check const& check, TcpCheck const& tcp);

/// Runs one statement in a read-only transaction with a connection of its own. Blocks up to twice the check's timeout.
[[nodiscard]] ProbeResult probe_pg(Check const& check, PgCheck const& pg);

/// Runs the command. Blocks up to the check's timeout and a second to end the command.
[[nodiscard]] ProbeResult probe_exec(Check const& check, ExecCheck const& exec, process::Runner& runner);

/// Reads the mark in the database's comment. Blocks up to twice the check's timeout.
[[nodiscard]] ProbeResult probe_provenance(Check const& check, ProvenanceCheck const& provenance);

/// What a database's comment says, held against what is asked of it. Pure.
[[nodiscard]] ProbeResult judge_provenance(ProvenanceCheck const& asked, snapshot::DatabaseComment const& comment,
                                           time::Wall now);

} // namespace sluice::smoke
