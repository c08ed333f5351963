#pragma once

#include "common/time/clock.hpp"

#include <string>

namespace sluice::db_restore {

// Names of the databases that this tool makes beside a target. They are recognised only by being exactly what the tool
// would have written, so that nobody's `shop__old_things` is ever dropped.

/// "shop__new_20261122t001530z_3f9a": being filled.
[[nodiscard]] std::string new_name(std::string const& target, time::Clock const& clock);
[[nodiscard]] bool is_new_name(std::string const& target, std::string const& candidate);

/// "shop__old_20261122t001530z": replaced at that moment. Sorts by time.
[[nodiscard]] std::string old_name(std::string const& target, time::Wall when);
[[nodiscard]] bool is_old_name(std::string const& target, std::string const& candidate);

/// "sluice_template_shop_20261122T001530Z-3f9a": a snapshot, ready to be cloned.
[[nodiscard]] std::string template_name(std::string const& database, std::string const& snapshot);
[[nodiscard]] bool is_template_name(std::string const& candidate);

} // namespace sluice::db_restore
