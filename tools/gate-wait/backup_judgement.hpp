#pragma once

#include "tools/gate-wait/gate.hpp"

namespace sluice::gate_wait {

/// Whether pgBackRest's answer proves the backup that is meant: in the stanza, without errors, with that label or begun
/// at or after that time. That no backup runs proves nothing. Pure. Source: pgBackRest, "info --output=json"; status
/// codes of src/command/info/info.c: 0 ok, 1 stanza missing, 2 no valid backup, 4 mixed, 6 requested backup missing, 99
/// other.
[[nodiscard]] Observation judge_backups(std::string const& json, BackupCondition const& wanted);

} // namespace sluice::gate_wait
