#include "tools/db-snapshot/wait.hpp"

#include "common/json/json.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/bundle.hpp"
#include "common/store/open_store.hpp"
#include "common/time/duration_text.hpp"
#include "tools/db-snapshot/inspect.hpp"

#include <algorithm>
#include <ostream>

namespace sluice::db_snapshot {

namespace {

using snapshot::Catalog;

// Each look is two or three requests to the store.
constexpr std::chrono::seconds k_pause{2};

char const* text_of(Standing standing) {
    switch (standing) {
    case Standing::running: return "running";
    case Standing::complete: return "complete";
    case Standing::failed: return "failed";
    case Standing::dead: return "dead";
    }
    return "";
}

/// Watches one heartbeat by our own clock.
class Pulse {
  public:
    [[nodiscard]] bool is_dead(Stand const& stand, time::Steady now) {
        if (stand.heartbeat != m_last) {
            m_last = stand.heartbeat;
            m_since = now;
        }
        auto const patience = stand.looks_silent ? 3 * snapshot::k_heartbeat_interval : snapshot::k_heartbeat_limit;
        return now - m_since >= patience;
    }

  private:
    std::string m_last{};
    time::Steady m_since{};
};

} // namespace

Result<Stand> look_at(Catalog const& catalog, std::string const& id, time::Wall now) {
    // The status first: a run that ends between the two looks has its manifest by then.
    TRY_ASSIGN(auto const status, catalog.status(id));
    TRY_ASSIGN(auto const manifest, catalog.manifest(id));
    if (manifest) {
        bool const proven = manifest->is_proven();
        return Stand{
            Standing::complete, {}, false, proven ? "" : "nobody knows whether its producer ended well", proven};
    }
    if (!status) {
        return fail(Errc::not_found,
                    catalog.store().description() + " holds no snapshot '" + id + "' of '" + catalog.name() + "'",
                    "See what there is with: db-snapshot list.");
    }
    TRY_ASSIGN(bool const given_up, catalog.is_given_up(id));
    if (given_up) {
        return Stand{Standing::dead, {}, false, "a prune gave it up after its heartbeat at " + status->heartbeat};
    }
    switch (status->state) {
    case snapshot::State::failed: return Stand{Standing::failed, {}, false, status->error};
    case snapshot::State::complete: return Stand{Standing::failed, {}, false, "it has lost its manifest"};
    case snapshot::State::running: break;
    }
    return Stand{Standing::running, status->heartbeat, status->is_stale(now), {}};
}

Result<Stand> wait_for_end(Catalog const& catalog, std::string const& id,
                           std::optional<std::chrono::milliseconds> limit, time::Clock& clock) {
    auto const begin = clock.steady_now();
    Pulse pulse;
    while (true) {
        TRY_ASSIGN(auto stand, look_at(catalog, id, clock.wall_now()));
        if (stand.standing != Standing::running) {
            return stand;
        }
        if (pulse.is_dead(stand, clock.steady_now())) {
            return Stand{Standing::dead, {}, true, "no heartbeat since " + stand.heartbeat};
        }
        std::chrono::milliseconds pause = k_pause;
        if (limit) {
            auto const left =
                std::chrono::duration_cast<std::chrono::milliseconds>(begin + *limit - clock.steady_now());
            if (left <= std::chrono::milliseconds{0}) {
                return fail(Errc::timed_out,
                            "snapshot '" + id + "' is still running after " + time::duration_text(*limit),
                            "Wait longer with --timeout, or see: db-snapshot status " + id);
            }
            pause = std::min(pause, left);
        }
        clock.sleep_for(pause);
        TRY(process::check_not_stopped());
    }
}

namespace {

Result<std::vector<snapshot::Member>> waited_for(store::Store& store, Options const& options) {
    constexpr std::string_view prefix = "bundle:";
    if (options.id.starts_with(prefix)) {
        return snapshot::read_bundle(store, options.id.substr(prefix.size())).map([](snapshot::Bundle bundle) {
            return std::move(bundle.members);
        });
    }
    TRY_ASSIGN(auto const name, chosen_name(store, options.name));
    TRY_ASSIGN(auto const id, Catalog(store, name).resolve(options.id));
    return std::vector<snapshot::Member>{{name, id}};
}

} // namespace

// One after the other, within one deadline: the bundle is complete when the last of them is.
Result<cli::ExitCode> wait(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto const members, waited_for(*store, options));
    auto const begin = context.clock.steady_now();
    Stand worst{Standing::complete, {}, false, {}};
    std::string blamed = members.empty() ? "" : members.front().id;
    for (auto const& member : members) {
        auto left = options.timeout;
        if (left) {
            left = std::max(std::chrono::milliseconds{0}, *left - std::chrono::duration_cast<std::chrono::milliseconds>(
                                                                      context.clock.steady_now() - begin));
        }
        TRY_ASSIGN(auto const stand, wait_for_end(Catalog(*store, member.name), member.id, left, context.clock));
        bool const worse = stand.standing != Standing::complete || !stand.proven;
        if (worse && worst.standing == Standing::complete) {
            worst = stand;
            blamed = member.id;
        }
    }
    std::string const state = text_of(worst.standing);
    context.out << (options.common.json
                        ? json::dump({{"version", 1}, {"id", blamed}, {"state", state}, {"problem", worst.problem}})
                        : state + (worst.problem.empty() ? "" : ": " + worst.problem))
                << '\n';
    if (worst.standing != Standing::complete) {
        return cli::ExitCode::no;
    }
    return worst.proven ? cli::ExitCode::ok : cli::ExitCode::unknown;
}

} // namespace sluice::db_snapshot
