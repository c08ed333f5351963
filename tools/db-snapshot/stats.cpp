#include "tools/db-snapshot/stats.hpp"

#include "common/json/json.hpp"
#include "common/log/progress.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/trash.hpp"
#include "common/store/open_store.hpp"
#include "tools/db-snapshot/store_survey.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <unordered_map>

namespace sluice::db_snapshot {

namespace {

/// A chunk with the first snapshot, in order of age, that needs it.
struct Owner {
    std::uint64_t stored_bytes = 0;
    std::size_t first = 0;
    bool shared = false;
};

class Ledger {
  public:
    void add(std::size_t snapshot, std::vector<snapshot::ChunkInfo> const& chunks) {
        for (auto const& chunk : chunks) {
            auto const [place, added] =
                m_owners.emplace(snapshot::stored_name(chunks, chunk), Owner{chunk.stored_bytes, snapshot, false});
            place->second.shared = place->second.shared || !added;
        }
    }
    void settle(StoreSizes& sizes) const {
        std::uint64_t referred = 0;
        for (auto const& snapshot : sizes.snapshots) {
            referred += snapshot.stored_bytes;
        }
        for (auto const& [id, owner] : m_owners) {
            sizes.needed.add(owner.stored_bytes);
            sizes.snapshots[owner.first].new_bytes += owner.stored_bytes;
            sizes.snapshots[owner.first].own_bytes += owner.shared ? 0 : owner.stored_bytes;
        }
        sizes.saved_bytes = referred - sizes.needed.bytes;
    }
    [[nodiscard]] bool knows(std::string const& id) const { return m_owners.contains(id); }

  private:
    std::unordered_map<std::string, Owner> m_owners{};
};

struct Place {
    std::string name;
    std::string id;
};

// Ids begin with their time, so the order of growth over all names is the order of ids.
Result<std::vector<Place>> places_by_age(store::Store& store) {
    std::vector<Place> places;
    TRY_ASSIGN(auto const names, snapshot::database_names(store));
    for (auto const& name : names) {
        TRY_ASSIGN(auto const ids, snapshot::Catalog(store, name).ids());
        for (auto const& id : ids) {
            places.push_back({name, id});
        }
    }
    std::stable_sort(places.begin(), places.end(), [](Place const& a, Place const& b) { return a.id < b.id; });
    return places;
}

Result<void> count_others(store::Store& store, Ledger const& ledger, StoreSizes& sizes) {
    TRY(for_each_chunk(store, [&](store::Object const& chunk) -> Result<void> {
        if (!ledger.knows(chunk_name(chunk))) {
            sizes.unneeded.add(chunk.size_bytes);
        }
        return {};
    }));
    TRY_ASSIGN(sizes.in_trash, chunks_in_trash(store));
    return {};
}

Json sizes_json(StoreSizes const& sizes) {
    Json snapshots = Json::array();
    for (auto const& one : sizes.snapshots) {
        snapshots.push_back({{"name", one.name},
                             {"id", one.id},
                             {"plain_bytes", one.plain_bytes},
                             {"stored_bytes", one.stored_bytes},
                             {"new_bytes", one.new_bytes},
                             {"own_bytes", one.own_bytes}});
    }
    auto const count = [](ChunkCount const& of) { return Json{{"chunks", of.chunks}, {"bytes", of.bytes}}; };
    return {{"version", 1},
            {"snapshots", std::move(snapshots)},
            {"needed", count(sizes.needed)},
            {"saved_bytes", sizes.saved_bytes},
            {"unneeded", count(sizes.unneeded)},
            {"in_trash", count(sizes.in_trash)}};
}

void print(std::ostream& out, StoreSizes const& sizes) {
    out << std::left << std::setw(20) << "name" << ' ' << std::setw(21) << "id" << std::right << std::setw(11)
        << "plain" << std::setw(11) << "stored" << std::setw(11) << "new" << std::setw(11) << "its own" << '\n';
    for (auto const& one : sizes.snapshots) {
        out << std::left << std::setw(20) << one.name << ' ' << std::setw(21) << one.id << std::right << std::setw(11)
            << log::size_text(one.plain_bytes) << std::setw(11) << log::size_text(one.stored_bytes) << std::setw(11)
            << log::size_text(one.new_bytes) << std::setw(11) << log::size_text(one.own_bytes) << '\n';
    }
    out << "stored " << log::size_text(sizes.needed.bytes) << " in " << sizes.needed.chunks
        << " chunks; reuse of chunks saved " << log::size_text(sizes.saved_bytes) << "; not needed "
        << log::size_text(sizes.unneeded.bytes) << "; in the trash " << log::size_text(sizes.in_trash.bytes) << '\n';
}

} // namespace

Result<StoreSizes> measure_store(store::Store& store) {
    TRY_ASSIGN(auto const places, places_by_age(store));
    StoreSizes sizes;
    Ledger ledger;
    for (auto const& place : places) {
        TRY_ASSIGN(auto const manifest, snapshot::Catalog(store, place.name).manifest(place.id));
        if (manifest) {
            ledger.add(sizes.snapshots.size(), manifest->chunks);
            sizes.snapshots.push_back(
                {place.name, place.id, manifest->total_plain_bytes(), manifest->total_stored_bytes()});
        }
    }
    ledger.settle(sizes);
    TRY(count_others(store, ledger, sizes));
    return sizes;
}

Result<cli::ExitCode> stats(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto sizes, measure_store(*store));
    if (!options.name.empty()) {
        std::erase_if(sizes.snapshots, [&](SnapshotSize const& one) { return one.name != options.name; });
    }
    if (options.common.json) {
        context.out << json::dump(sizes_json(sizes)) << '\n';
    } else {
        print(context.out, sizes);
    }
    return cli::ExitCode::ok;
}

} // namespace sluice::db_snapshot
