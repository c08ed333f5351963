#include "tools/db-snapshot/inspect.hpp"

#include "common/json/json.hpp"
#include "common/log/progress.hpp"
#include "common/store/open_store.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace sluice::db_snapshot {

namespace {

using snapshot::Catalog;
using snapshot::Manifest;

constexpr char const* k_nothing_there = "no status and no manifest";

/// One line of `list`.
struct Entry {
    std::string name;
    std::string id;
    std::string state;
    std::string problem;
    bool latest = false;
    std::optional<Manifest> manifest{};
};

// The manifest decides: it is written last, so a snapshot with a sound one is complete whatever the status says.
Entry read_entry(Catalog const& catalog, std::string const& id, std::optional<std::string> const& latest,
                 time::Wall now) {
    Entry entry{catalog.name(), id, "", "", latest && *latest == id, std::nullopt};
    auto manifest = catalog.manifest(id);
    auto const status = catalog.status(id);
    if (!manifest) {
        entry.state = "damaged";
        entry.problem = manifest.error().message;
    } else if (*manifest) {
        entry.state = "complete";
        entry.manifest = *std::move(manifest);
    } else if (status && *status) {
        // "complete" without a manifest cannot be believed.
        entry.state = (*status)->state == snapshot::State::complete ? "damaged" : state_text(**status, now);
        entry.problem = (*status)->error;
    } else {
        // A run that was killed before its first word leaves an empty folder behind.
        entry.state = status ? "dead" : "damaged";
        entry.problem = status ? k_nothing_there : status.error().message;
    }
    return entry;
}

Result<std::vector<Entry>> read_entries(store::Store& store, std::string const& only, time::Wall now) {
    std::vector<std::string> names{only};
    if (only.empty()) {
        TRY_ASSIGN(names, snapshot::database_names(store));
    }
    std::vector<Entry> entries;
    for (auto const& name : names) {
        Catalog const catalog(store, name);
        auto const latest = catalog.latest().value_or(std::nullopt);
        TRY_ASSIGN(auto const ids, catalog.ids());
        for (auto const& id : ids) {
            entries.push_back(read_entry(catalog, id, latest, now));
        }
    }
    return entries;
}

std::string age_text(std::string const& timestamp, time::Wall now) {
    auto const when = time::parse_timestamp(timestamp);
    return when ? time::duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(now - *when)) : "?";
}

Json entry_json(Entry const& entry) {
    Json json{{"name", entry.name},
              {"id", entry.id},
              {"state", entry.state},
              {"latest", entry.latest},
              {"problem", entry.problem}};
    if (entry.manifest) {
        json["finished"] = entry.manifest->finished;
        json["rows"] = entry.manifest->total_rows();
        json["plain_bytes"] = entry.manifest->total_plain_bytes();
        json["stored_bytes"] = entry.manifest->total_stored_bytes();
        json["labels"] = entry.manifest->labels;
        json["masked"] = entry.manifest->masked;
        json["kind"] = entry.manifest->stream ? "stream" : "database";
        json["proven"] = entry.manifest->is_proven();
    }
    return json;
}

void print_entry(std::ostream& out, Entry const& entry, time::Wall now) {
    out << std::left << std::setw(20) << entry.name << ' ' << entry.id << "  " << std::setw(9) << entry.state;
    if (entry.manifest) {
        out << ' ' << std::setw(9) << (age_text(entry.manifest->finished, now) + " old") << ' ' << std::right
            << std::setw(12)
            << (entry.manifest->stream ? "a stream" : std::to_string(entry.manifest->total_rows()) + " rows") << "  "
            << std::setw(7) << log::size_text(entry.manifest->total_stored_bytes());
    }
    out << (entry.latest ? "  latest" : "")
        << (entry.manifest && !entry.manifest->is_proven() ? "  producer not checked" : "")
        << (entry.problem.empty() ? "" : "  " + entry.problem);
    for (auto const& [key, value] : entry.manifest ? entry.manifest->labels : std::map<std::string, std::string>{}) {
        out << "  " << key << '=' << value;
    }
    out << '\n';
}

void print_masking(std::ostream& out, std::optional<snapshot::Masking> const& masking) {
    if (!masking) {
        out << "masked     no\n";
        return;
    }
    out << "masked     yes: " << masking->columns.size() << " columns, key "
        << (masking->key_fingerprint.empty() ? "not used" : masking->key_fingerprint) << ", mask file "
        << masking->file_sha256.substr(0, 16) << "…\n";
    for (auto const& one : masking->columns) {
        out << "           " << one.table << '.' << one.column << "  " << one.mask
            << (one.domain.empty() ? "" : " in domain " + one.domain) << '\n';
    }
}

Json manifest_json(Manifest const& manifest, time::Wall now) {
    Json tables = Json::array();
    for (std::size_t i = 0; i < manifest.data.size(); ++i) {
        tables.push_back({{"name", manifest.inventory.tables[i].plain_name()},
                          {"rows", manifest.data[i].rows},
                          {"bytes", manifest.data[i].bytes},
                          {"data_excluded", manifest.inventory.tables[i].data_excluded}});
    }
    return {{"version", 1},
            {"kind", "database"},
            {"id", manifest.id},
            {"name", manifest.name},
            {"started", manifest.started},
            {"finished", manifest.finished},
            {"age", age_text(manifest.started, now)},
            {"labels", manifest.labels},
            {"masked", manifest.masked},
            {"masking", snapshot::masking_json(manifest.masking)},
            {"server_version", manifest.inventory.source.server_version},
            {"system_identifier", manifest.inventory.source.system_identifier},
            {"database", manifest.inventory.source.database},
            {"lsn", manifest.inventory.source.lsn},
            {"roles", manifest.inventory.roles},
            {"rows", manifest.total_rows()},
            {"plain_bytes", manifest.total_plain_bytes()},
            {"stored_bytes", manifest.total_stored_bytes()},
            {"large_objects", manifest.inventory.large_objects.size()},
            {"sequences", manifest.inventory.sequences.size()},
            {"left_out", manifest.inventory.left_out},
            {"tables", std::move(tables)}};
}

void print_manifest(std::ostream& out, Manifest const& manifest, time::Wall now) {
    auto const& source = manifest.inventory.source;
    out << "snapshot   " << manifest.id << " of '" << manifest.name << "', " << age_text(manifest.started, now)
        << " old\n"
        << "source     database '" << source.database << "', PostgreSQL " << source.server_version << ", system "
        << source.system_identifier << ", at " << source.lsn << (source.standby ? ", a standby" : "") << '\n'
        << "holds      " << manifest.total_rows() << " rows in " << manifest.data.size() << " tables, "
        << log::size_text(manifest.total_plain_bytes()) << ", stored in "
        << log::size_text(manifest.total_stored_bytes()) << "; " << manifest.inventory.large_objects.size()
        << " large objects, " << manifest.inventory.sequences.size() << " sequences\n";
    print_masking(out, manifest.masking);
    for (auto const& what : manifest.inventory.left_out) {
        out << "left out   " << what << '\n';
    }
    for (std::size_t i = 0; i < manifest.data.size(); ++i) {
        out << std::right << std::setw(14) << manifest.data[i].rows << "  " << manifest.inventory.tables[i].plain_name()
            << (manifest.inventory.tables[i].data_excluded ? "  (rows left out)" : "") << '\n';
    }
}

Json stream_json(Manifest const& manifest, time::Wall now) {
    auto const& stream = *manifest.stream;
    return {{"version", 1},
            {"kind", "stream"},
            {"id", manifest.id},
            {"name", manifest.name},
            {"started", manifest.started},
            {"finished", manifest.finished},
            {"age", age_text(manifest.started, now)},
            {"labels", manifest.labels},
            {"producer", stream.producer},
            {"producer_checked", stream.producer_checked},
            {"sha256", stream.sha256},
            {"chunks", manifest.chunks.size()},
            {"plain_bytes", stream.bytes},
            {"stored_bytes", manifest.total_stored_bytes()}};
}

void print_stream(std::ostream& out, Manifest const& manifest, time::Wall now) {
    auto const& stream = *manifest.stream;
    out << "snapshot   " << manifest.id << " of '" << manifest.name << "', " << age_text(manifest.started, now)
        << " old\n"
        << "source     "
        << (stream.producer_checked ? "a stream by '" + stream.producer + "', which ended well"
                                    : "a stream from a pipe; nobody knows whether its producer ended well")
        << '\n'
        << "holds      " << log::size_text(stream.bytes) << ", stored in "
        << log::size_text(manifest.total_stored_bytes()) << " and " << manifest.chunks.size() << " chunks\n"
        << "sha256     " << stream.sha256 << '\n';
}

} // namespace

Result<std::string> chosen_name(store::Store& store, std::string const& given) {
    if (!given.empty()) {
        return given;
    }
    TRY_ASSIGN(auto const names, snapshot::database_names(store));
    if (names.size() == 1) {
        return names.front();
    }
    std::string all;
    for (auto const& name : names) {
        all += (all.empty() ? "" : ", ") + name;
    }
    return names.empty()
               ? fail(Errc::not_found, store.description() + " holds no snapshots", "Take one first.")
               : fail(Errc::usage, store.description() + " holds several databases: " + all, "Choose one with --name.");
}

Result<cli::ExitCode> list(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    auto const now = context.clock.wall_now();
    TRY_ASSIGN(auto const entries, read_entries(*store, options.name, now));
    if (options.common.json) {
        Json list = Json::array();
        for (auto const& entry : entries) {
            list.push_back(entry_json(entry));
        }
        context.out << json::dump({{"version", 1}, {"snapshots", std::move(list)}}) << '\n';
        return cli::ExitCode::ok;
    }
    for (auto const& entry : entries) {
        print_entry(context.out, entry, now);
    }
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> show(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto const name, chosen_name(*store, options.name));
    auto const now = context.clock.wall_now();
    TRY_ASSIGN(auto const manifest, Catalog(*store, name).find_any(options.id, now));
    if (options.common.json) {
        context.out << json::dump(manifest.stream ? stream_json(manifest, now) : manifest_json(manifest, now)) << '\n';
    } else {
        (manifest.stream ? print_stream : print_manifest)(context.out, manifest, now);
    }
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> status(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto store, store::open_store(options.store, context.environment, options.store_key));
    TRY_ASSIGN(auto const name, chosen_name(*store, options.name));
    Catalog const catalog(*store, name);
    TRY_ASSIGN(auto const id, catalog.resolve(options.id));
    auto const entry = read_entry(catalog, id, std::nullopt, context.clock.wall_now());
    TRY_ASSIGN(auto const known, catalog.ids());
    // A run that died before its first word left its folder, which list shows too.
    if (entry.problem == k_nothing_there && std::find(known.begin(), known.end(), id) == known.end()) {
        return fail(Errc::not_found, store->description() + " holds no snapshot '" + id + "' of '" + name + "'",
                    "See what there is with: db-snapshot list.");
    }
    context.out << (options.common.json
                        ? json::dump({{"version", 1}, {"id", id}, {"state", entry.state}, {"problem", entry.problem}})
                        : entry.state + (entry.problem.empty() ? "" : ": " + entry.problem))
                << '\n';
    return entry.state == "complete"  ? cli::ExitCode::ok
           : entry.state == "running" ? cli::ExitCode::temporary
                                      : cli::ExitCode::no;
}

} // namespace sluice::db_snapshot
