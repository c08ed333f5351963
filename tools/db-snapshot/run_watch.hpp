#pragma once

#include "common/snapshot/catalog.hpp"

#include <map>
#include <string>

namespace sluice::db_snapshot {

/// Tells runs that are over from those that may still write. A heartbeat is a stamp by another machine's clock, so one
/// that looks old is believed to be silence only when it stays the same while we watch by our own.
class RunWatch {
  public:
    /// Notes the heartbeats of all runs that look silent. Errors: as the store.
    [[nodiscard]] static Result<RunWatch> begin(store::Store& store, time::Clock& clock);

    /// True when the run has ended, well or not, or has just been given up as dead. May wait for as long as three
    /// heartbeats since `begin`. Errors: as the store; interrupted.
    [[nodiscard]] Result<bool> is_over(std::string const& name, std::string const& id);

  private:
    RunWatch(store::Store& store, time::Clock& clock) : m_store(store), m_clock(clock), m_begin(clock.steady_now()) {}
    [[nodiscard]] Result<void> watch_long_enough();

    store::Store& m_store;
    time::Clock& m_clock;
    time::Steady m_begin;
    std::map<std::pair<std::string, std::string>, std::string> m_heartbeats{};
};

/// Calls `see` with every run in the store that says it is running.
[[nodiscard]] Result<void>
for_each_running(store::Store& store,
                 std::function<void(std::string const& name, snapshot::Status const& status)> const& see);

} // namespace sluice::db_snapshot
