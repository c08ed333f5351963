#include "tools/db-snapshot/run_watch.hpp"

#include "common/log/log.hpp"
#include "common/process/signals.hpp"

namespace sluice::db_snapshot {

namespace {

constexpr auto k_watch = 3 * snapshot::k_heartbeat_interval;

} // namespace

Result<void> for_each_running(store::Store& store,
                              std::function<void(std::string const&, snapshot::Status const&)> const& see) {
    TRY_ASSIGN(auto const names, snapshot::database_names(store));
    for (auto const& name : names) {
        snapshot::Catalog const catalog(store, name);
        TRY_ASSIGN(auto const ids, catalog.ids());
        for (auto const& id : ids) {
            TRY_ASSIGN(auto const status, catalog.status(id));
            if (status && status->state == snapshot::State::running) {
                see(name, *status);
            }
        }
    }
    return {};
}

Result<RunWatch> RunWatch::begin(store::Store& store, time::Clock& clock) {
    RunWatch watch(store, clock);
    TRY(for_each_running(store, [&](std::string const& name, snapshot::Status const& status) {
        watch.m_heartbeats[{name, status.id}] = status.heartbeat;
    }));
    return watch;
}

Result<bool> RunWatch::is_over(std::string const& name, std::string const& id) {
    snapshot::Catalog const catalog(m_store, name);
    TRY_ASSIGN(auto status, catalog.status(id));
    if (!status || status->state != snapshot::State::running) {
        return true;
    }
    TRY_ASSIGN(bool const given_up, catalog.is_given_up(id));
    auto const before = m_heartbeats.find({name, id});
    if (given_up || before == m_heartbeats.end() || !status->is_stale(m_clock.wall_now())) {
        return given_up;
    }
    TRY(watch_long_enough());
    TRY_ASSIGN(status, catalog.status(id));
    if (!status || status->state != snapshot::State::running) {
        return true;
    }
    if (status->heartbeat != before->second) {
        return false;
    }
    log::info("giving up a run that died", {{"id", id}, {"name", name}, {"last heartbeat", status->heartbeat}});
    // It may have published just before: then it is a snapshot, and over just the same.
    return catalog.give_up(id, m_clock.wall_now()).map([](bool) { return true; });
}

Result<void> RunWatch::watch_long_enough() {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(m_begin + k_watch - m_clock.steady_now());
    if (left > std::chrono::milliseconds{0}) {
        m_clock.sleep_for(left);
    }
    return process::check_not_stopped();
}

} // namespace sluice::db_snapshot
