#include "tools/db-snapshot/pin.hpp"

#include "common/json/json.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/catalog.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/inspect.hpp"

#include <ostream>

namespace sluice::db_snapshot {

namespace {

using namespace std::chrono_literals;
using snapshot::Catalog;

constexpr auto k_patience = 10s;
constexpr auto k_pause = 200ms;

// A run that is still being written can be pinned; a failed one is of no use to anybody.
Result<void> check_there(Catalog const& catalog, std::string const& id) {
    TRY_ASSIGN(auto const status, catalog.status(id));
    TRY_ASSIGN(auto const manifest, catalog.manifest(id));
    if (manifest || (status && status->state == snapshot::State::running)) {
        return {};
    }
    return fail(Errc::not_found,
                catalog.store().description() + " holds no snapshot '" + id + "' of '" + catalog.name() + "'" +
                    (status ? ": it failed" : ""),
                "See what there is with: db-snapshot list.");
}

struct Place {
    std::unique_ptr<store::Store> store;
    std::string name;
    std::string id;
};

Result<Place> find_place(Options const& options, cli::Context const& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto name, chosen_name(*store, options.name));
    TRY_ASSIGN(auto id, Catalog(*store, name).resolve(options.id));
    return Place{std::move(store), std::move(name), std::move(id)};
}

void print(Options const& options, cli::Context& context, Place const& place, bool pinned) {
    context.out << (options.common.json
                        ? json::dump({{"version", 1}, {"name", place.name}, {"id", place.id}, {"pinned", pinned}})
                        : place.id)
                << '\n';
}

} // namespace

Result<void> pin_snapshot(Catalog const& catalog, std::string const& id, time::Clock& clock) {
    TRY(check_there(catalog, id));
    TRY(catalog.pin(id, clock.wall_now()));
    auto const end = clock.steady_now() + k_patience;
    while (true) {
        TRY_ASSIGN(auto const marks, catalog.removal_marks(id));
        if (auto there = check_there(catalog, id); !there) {
            TRY(catalog.unpin(id));
            return there;
        }
        if (marks.empty()) {
            return {};
        }
        if (clock.steady_now() >= end) {
            return fail(Errc::temporary, "a prune has begun to remove snapshot '" + id + "' and does not end",
                        "Run db-snapshot prune once more: it sees the pin and keeps the snapshot. Then pin it again.");
        }
        clock.sleep_for(k_pause);
        TRY(process::check_not_stopped());
    }
}

Result<cli::ExitCode> pin(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const place, find_place(options, context));
    TRY(pin_snapshot(Catalog(*place.store, place.name), place.id, context.clock));
    print(options, context, place, true);
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> unpin(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const place, find_place(options, context));
    Catalog const catalog(*place.store, place.name);
    TRY(check_there(catalog, place.id));
    TRY(catalog.unpin(place.id));
    print(options, context, place, false);
    return cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
