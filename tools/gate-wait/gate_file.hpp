#pragma once

#include "common/ci/environment.hpp"
#include "tools/gate-wait/gate.hpp"

namespace sluice::gate_wait {

/// A gate file's text. `name` is for messages. Errors: usage with line, column and caret; unknown for a time zone that
/// this machine does not have.
[[nodiscard]] Result<Gate> parse_gate(std::string const& text, std::string const& name,
                                      ci::Environment const& environment);
/// Reads the file, "-" being standard input, and parses it.
[[nodiscard]] Result<Gate> load_gate(std::string const& path, ci::Environment const& environment);

/// The gate of `--window`, whose text is one window.
[[nodiscard]] Result<Gate> gate_of_window(std::string const& text, ci::Environment const& environment);
/// The gate of `--snapshot`.
[[nodiscard]] Result<Gate> gate_of_snapshot(SnapshotCondition const& snapshot, ci::Environment const& environment);

} // namespace sluice::gate_wait
