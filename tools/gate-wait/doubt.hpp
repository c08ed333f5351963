#pragma once

#include "common/ci_server/api.hpp"
#include "tools/gate-wait/asker.hpp"

namespace sluice::gate_wait {

/// Why something of ours could not look. Final where asking again can't help: a refused login, a missing right, a wrong
/// statement; but never once it has worked (`worked`), since then the world changed and may change back.
[[nodiscard]] Observation doubt_of(Error const& error, bool worked);

/// The same for a CI server's API.
[[nodiscard]] Observation doubt_of(ci_server::Trouble const& trouble);

/// Unknown when the server's clock is too far from ours for ages and windows to mean anything; else nothing. Notes the
/// difference for others.
[[nodiscard]] std::optional<Observation> doubt_of_clock(ci_server::Api const& api, Surroundings& around);

} // namespace sluice::gate_wait
