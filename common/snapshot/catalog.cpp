#include "common/snapshot/catalog.hpp"

#include "common/json/object_reader.hpp"
#include "common/process/parallel.hpp"
#include "common/result/did_you_mean.hpp"
#include "common/snapshot/bundle.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/time/timestamp.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <regex>

namespace sluice::snapshot {

namespace {

// Version 2 has "log". Runs in the foreground write version 1, which every version of this program reads.
constexpr unsigned k_plain_status_version = 1;
constexpr unsigned k_logged_status_version = 2;
constexpr char const* k_status_file = "status.json";
constexpr char const* k_manifest_file = "manifest.json";
constexpr char const* k_verified_file = "verified.json";
// Written once with the first snapshot of a name and never removed, so that "all snapshots are gone" can be told from
// "there never was one".
constexpr char const* k_history_file = "history.json";
constexpr std::array<char const*, 3> k_state_names{"running", "complete", "failed"};

Result<Status> parse_status(std::string const& text, std::string const& name) {
    TRY_ASSIGN(Json const document, json::parse(text, name));
    json::ObjectReader reader(document, "");
    Status status;
    auto const version = reader.required<unsigned>("version");
    status.id = reader.required<std::string>("id");
    auto const state = reader.required<std::string>("state");
    status.started = reader.required<std::string>("started");
    status.heartbeat = reader.required<std::string>("heartbeat");
    status.host = reader.required<std::string>("host");
    status.bytes_done = reader.required<std::uint64_t>("bytes_done");
    status.error = reader.required<std::string>("error");
    if (version == k_logged_status_version) {
        status.log = reader.required<std::string>("log");
    }
    TRY(reader.finish().map_error(while_doing("reading '" + name + "'")));
    auto const place = std::find(k_state_names.begin(), k_state_names.end(), state);
    if (version < k_plain_status_version || version > k_logged_status_version || place == k_state_names.end()) {
        return fail(Errc::bad_data, "'" + name + "' has a version or state this program does not know");
    }
    status.state = static_cast<State>(place - k_state_names.begin());
    return status;
}

} // namespace

bool Status::is_stale(time::Wall now) const {
    auto const last = time::parse_timestamp(heartbeat);
    return state == State::running && (!last || now - *last > k_heartbeat_limit);
}

std::string state_text(Status const& status, time::Wall now) {
    return status.is_stale(now) ? "dead" : k_state_names.at(static_cast<std::size_t>(status.state));
}

Result<void> check_name(std::string const& name) {
    static std::regex const pattern("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}");
    if (!std::regex_match(name, pattern)) {
        return fail(Errc::usage, "'" + name + "' cannot be a name in a store",
                    "Use letters, digits, '_', '-' and '.'; give another one with --name.");
    }
    return {};
}

std::string new_snapshot_id(time::Clock const& clock) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device random;
    std::string end;
    for (int i = 0; i < 4; ++i) {
        end += digits[random() % digits.size()];
    }
    return time::compact_timestamp(clock.wall_now()) + "-" + end;
}

bool is_snapshot_id(std::string_view text) {
    static std::regex const pattern("[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}");
    return std::regex_match(text.begin(), text.end(), pattern);
}

time::Wall time_of_id(std::string const& id) {
    if (!is_snapshot_id(id)) {
        return {};
    }
    // "20261122T001530Z-3f9a" to "2026-11-22T00:15:30Z"
    std::string const text = id.substr(0, 4) + "-" + id.substr(4, 2) + "-" + id.substr(6, 5) + ":" + id.substr(11, 2) +
                             ":" + id.substr(13, 3);
    return time::parse_timestamp(text).value_or(time::Wall{});
}

Result<std::vector<std::string>> Catalog::ids() const {
    TRY_ASSIGN(auto ids, m_store.list_folders(folder()));
    std::erase_if(ids, [](std::string const& id) { return !is_snapshot_id(id); });
    return ids;
}

Result<History> Catalog::history() const {
    TRY_ASSIGN(auto const mark, m_store.size(folder() + k_history_file));
    TRY_ASSIGN(auto const known, ids());
    return mark || !known.empty() ? History::had : History::never;
}

Result<std::optional<Status>> Catalog::status(std::string const& id) const {
    TRY_ASSIGN(auto const text, m_store.read(key(id, k_status_file)));
    if (!text) {
        return std::optional<Status>{};
    }
    return parse_status(*text, key(id, k_status_file)).map([](Status status) { return std::optional(status); });
}

Result<void> Catalog::write_status(Status const& status) const {
    TRY_ASSIGN(auto const mark, m_store.size(folder() + k_history_file));
    if (!mark) {
        TRY(m_store.write(folder() + k_history_file,
                          json::dump_indented({{"version", 1}, {"first_snapshot", status.id}})));
    }
    Json document{{"version", status.log.empty() ? k_plain_status_version : k_logged_status_version},
                  {"id", status.id},
                  {"state", k_state_names.at(static_cast<std::size_t>(status.state))},
                  {"started", status.started},
                  {"heartbeat", status.heartbeat},
                  {"host", status.host},
                  {"bytes_done", status.bytes_done},
                  {"error", status.error}};
    if (!status.log.empty()) {
        document["log"] = status.log;
    }
    return m_store.write(key(status.id, k_status_file), json::dump_indented(document));
}

Result<std::optional<Manifest>> Catalog::manifest(std::string const& id) const {
    TRY_ASSIGN(auto const text, m_store.read(key(id, k_manifest_file)));
    if (!text) {
        return std::optional<Manifest>{};
    }
    TRY_ASSIGN(bool const given_up, is_given_up(id));
    if (given_up) {
        return std::optional<Manifest>{};
    }
    TRY_ASSIGN(auto manifest, parse_manifest(*text, key(id, k_manifest_file)));
    return std::optional<Manifest>(std::move(manifest));
}

Result<void> Catalog::note_verified(std::string const& id, time::Wall when, bool restored) const {
    Json const document{{"version", 1}, {"id", id}, {"verified", time::timestamp_text(when)}, {"restored", restored}};
    return m_store.write(key(id, k_verified_file), json::dump_indented(document));
}

Result<bool> Catalog::is_verified(std::string const& id) const {
    std::string const name = key(id, k_verified_file);
    TRY_ASSIGN(auto const text, m_store.read(name));
    if (!text) {
        return false;
    }
    TRY_ASSIGN(auto const document, json::parse(*text, name));
    json::ObjectReader reader(document, "");
    bool const known = reader.required<unsigned>("version") == 1;
    auto const noted = reader.required<std::string>("id");
    TRY_ASSIGN([[maybe_unused]] auto const when, time::parse_timestamp(reader.required<std::string>("verified")));
    [[maybe_unused]] bool const restored = reader.required<bool>("restored");
    TRY(reader.finish().map_error(while_doing("reading '" + name + "'")));
    return known && noted == id;
}

Result<std::optional<std::string>> Catalog::latest() const {
    TRY_ASSIGN(auto text, m_store.read(folder() + "latest"));
    if (!text) {
        return std::optional<std::string>{};
    }
    while (!text->empty() && text->back() == '\n') {
        text->pop_back();
    }
    if (!is_snapshot_id(*text)) {
        return fail(Errc::bad_data, "'" + folder() + "latest' in " + m_store.description() + " is damaged",
                    "Name a snapshot by its id; see: db-snapshot list.");
    }
    return text;
}

Result<void> Catalog::promote(std::string const& id) const {
    auto const current = latest();
    // By the second: the random end of an id says nothing about which of two came first.
    constexpr std::size_t timestamp_length = 16;
    if (current && *current && (*current)->substr(0, timestamp_length) > id.substr(0, timestamp_length)) {
        return {};
    }
    return m_store.write(folder() + "latest", id + "\n");
}

Result<std::string> Catalog::resolve(std::string const& wanted) const {
    if (wanted != "latest") {
        if (is_snapshot_id(wanted)) {
            return wanted;
        }
        TRY_ASSIGN(auto const known, ids());
        std::string const suggestion = result::did_you_mean(wanted, known);
        return fail(Errc::usage, "'" + wanted + "' is not a snapshot id",
                    suggestion.empty() ? "Write an id as 'db-snapshot list' shows it, or latest." : suggestion);
    }
    TRY_ASSIGN(auto const id, latest());
    if (!id) {
        return fail(Errc::not_found, m_store.description() + " has no complete snapshot of '" + m_name + "'",
                    "See what there is with: db-snapshot list.");
    }
    return *id;
}

Result<Manifest> Catalog::find(std::string const& wanted, time::Wall now) const {
    TRY_ASSIGN(auto manifest, find_any(wanted, now));
    if (manifest.stream) {
        return fail(Errc::usage, "snapshot '" + manifest.id + "' holds a stream and not a database",
                    "Get it back with: db-snapshot cat " + manifest.id + " --name " + m_name);
    }
    TRY(check_bundles(m_store, {m_name, manifest.id}));
    return manifest;
}

// Among the last few, so that a row of failed runs does not cost a request each.
Result<std::optional<Manifest>> Catalog::newest() const {
    constexpr std::size_t most_looks = 20;
    TRY_ASSIGN(auto const known, ids());
    for (std::size_t i = 0; i < known.size() && i < most_looks; ++i) {
        auto manifest = this->manifest(known[known.size() - 1 - i]);
        if (manifest ? manifest->has_value() : manifest.error().kind != Errc::bad_data) {
            return manifest;
        }
    }
    return std::optional<Manifest>{};
}

Result<Manifest> Catalog::find_any(std::string const& wanted, time::Wall now) const {
    TRY_ASSIGN(auto const id, resolve(wanted));
    TRY_ASSIGN(auto manifest, this->manifest(id));
    if (manifest) {
        return *std::move(manifest);
    }
    TRY_ASSIGN(auto const status, this->status(id));
    if (!status) {
        return fail(Errc::not_found, m_store.description() + " holds no snapshot '" + id + "' of '" + m_name + "'",
                    "See what there is with: db-snapshot list.");
    }
    bool const running = status->state == State::running && !status->is_stale(now);
    return fail(running ? Errc::temporary : Errc::not_found,
                "snapshot '" + id + "' is not complete: it is " + state_text(*status, now) +
                    (status->error.empty() ? "" : " (" + status->error + ")"),
                running ? "Wait for it: db-snapshot status " + id : "Take a new snapshot.");
}

Result<std::vector<std::string>> database_names(store::Store& store) { return store.list_folders("snapshots/"); }

Result<void> verify_chunks(store::Store& store, Manifest const& manifest, std::size_t workers,
                           std::function<void(std::uint64_t bytes)> const& progress) {
    std::vector<std::string> buffers(workers);
    return process::run_parallel(workers, manifest.chunks.size(),
                                 [&](std::size_t worker, std::size_t item) -> Result<void> {
                                     ChunkInfo const& chunk = manifest.chunks[item];
                                     TRY(read_chunk(store, manifest.chunks, chunk, buffers[worker]));
                                     progress(chunk.plain_bytes);
                                     return {};
                                 });
}

} // namespace sluice::snapshot
