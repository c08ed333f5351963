#include "tools/db-snapshot/chunk_sweep.hpp"

#include "common/json/object_reader.hpp"
#include "common/process/parallel.hpp"
#include "common/snapshot/chunk.hpp"
#include "common/snapshot/trash.hpp"
#include "common/store/content_name.hpp"
#include "common/time/timestamp.hpp"
#include "tools/db-snapshot/store_survey.hpp"

#include <algorithm>

namespace sluice::db_snapshot {

namespace {

constexpr char const* k_record_file = "record.json";
// A store that is out of reach, or may not be written, fails every time in the same way.
constexpr std::size_t k_most_failures = 20;
// Chunks that are moved before the next are listed.
constexpr std::size_t k_lot = 256;
constexpr std::chrono::minutes k_at_work_interval{1};
// The limit of a move, with room for clocks that differ.
constexpr auto k_moves_are_over = 4 * store::k_move_limit;

struct RunName {
    std::string name;
    std::string id;
};

/// When a batch was set aside, and which runs were under way then.
struct BatchRecord {
    time::Wall moved{};
    std::vector<RunName> waits_for{};
};

std::string at_work_key(std::string const& batch) { return snapshot::k_trash + batch + "/at-work"; }

std::string record_key(std::string const& batch) { return snapshot::k_trash + batch + "/" + k_record_file; }

Result<RunName> parse_run(Json const& json, std::string const& path) {
    json::ObjectReader reader(json, path);
    RunName run{reader.required<std::string>("name"), reader.required<std::string>("id")};
    TRY(reader.finish());
    return run;
}

Result<BatchRecord> parse_record(std::string const& text, std::string const& name) {
    TRY_ASSIGN(Json const document, json::parse(text, name));
    json::ObjectReader reader(document, "");
    BatchRecord record;
    auto const version = reader.required<unsigned>("version");
    auto const moved = reader.required<std::string>("moved");
    Json const* runs = reader.find("waits_for");
    TRY(reader.finish());
    if (version != 1 || runs == nullptr || !runs->is_array()) {
        return fail(Errc::bad_data, "'" + name + "' is not a record this program knows");
    }
    TRY_ASSIGN(record.moved, time::parse_timestamp(moved));
    for (auto const& json : *runs) {
        TRY_ASSIGN(auto run, parse_run(json, "waits_for"));
        record.waits_for.push_back(std::move(run));
    }
    return record;
}

std::string record_text(BatchRecord const& record) {
    Json runs = Json::array();
    for (auto const& run : record.waits_for) {
        runs.push_back({{"name", run.name}, {"id", run.id}});
    }
    return json::dump_indented(
        {{"version", 1}, {"moved", time::timestamp_text(record.moved)}, {"waits_for", std::move(runs)}});
}

} // namespace

Result<void> ChunkSweep::set_aside(std::unordered_set<std::string> const& released, bool orphans) {
    TRY_ASSIGN(auto const needed, needed_chunks(m_store, m_workers));
    std::vector<store::Object> lot;
    TRY(for_each_chunk(m_store, [&](store::Object const& chunk) -> Result<void> {
        std::string const id = chunk_name(chunk);
        if (!needed.contains(id) && (orphans || released.contains(id))) {
            lot.push_back(chunk);
        }
        return lot.size() < k_lot ? Result<void>{} : move_here(std::exchange(lot, {}));
    }));
    TRY(move_here(lot));
    TRY_ASSIGN(auto const batches, m_store.list_folders(snapshot::k_trash));
    for (auto const& batch : batches) {
        TRY_ASSIGN(bool const abandoned, is_abandoned(batch));
        TRY(abandoned ? adopt(batch) : Result<void>{});
    }
    return m_said_at_work ? record_batch() : Result<void>{};
}

Result<void> ChunkSweep::move_here(std::vector<store::Object> const& chunks) {
    return process::run_parallel(m_workers, chunks.size(),
                                 [&](std::size_t, std::size_t item) { return move_here(chunks[item]); });
}

Result<void> ChunkSweep::move_here(store::Object const& chunk) {
    TRY(say_at_work());
    if (fails_too_often()) {
        return {};
    }
    auto const moved = m_store.move(chunk.key, snapshot::trash_key(m_id, chunk_name(chunk)));
    if (!moved) {
        note(moved.error());
    } else if (*moved) {
        std::lock_guard const lock(m_guard);
        m_report.set_aside.add(chunk.size_bytes);
    }
    return {};
}

bool ChunkSweep::fails_too_often() {
    std::lock_guard const lock(m_guard);
    return m_report.failures.size() >= k_most_failures;
}

void ChunkSweep::note(Error failure) {
    std::lock_guard const lock(m_guard);
    m_report.failures.push_back(std::move(failure));
}

// Whoever moves a chunk waits until it is said.
Result<void> ChunkSweep::say_at_work() {
    std::lock_guard const lock(m_guard);
    auto const now = m_clock.steady_now();
    if (m_said_at_work && now - *m_said_at_work < k_at_work_interval) {
        return {};
    }
    m_said_at_work = now;
    return m_store.write(at_work_key(m_id), time::timestamp_text(m_clock.wall_now()));
}

// Without a record: by a prune that was killed, or is still moving chunks. Where a move is one step nothing can come
// after it, and each of the two records its own part. Elsewhere a removal may still come, so its prune must be silent
// for longer than that.
Result<bool> ChunkSweep::is_abandoned(std::string const& batch) {
    TRY_ASSIGN(auto const record, m_store.size(record_key(batch)));
    if (record || batch == m_id) {
        return false;
    }
    if (m_store.moves_at_once()) {
        return true;
    }
    TRY_ASSIGN(auto const said, m_store.read(at_work_key(batch)));
    auto const last_sign = time::parse_timestamp(said.value_or("")).value_or(snapshot::time_of_id(batch));
    return m_clock.wall_now() - last_sign >= k_moves_are_over;
}

Result<void> ChunkSweep::adopt(std::string const& batch) {
    TRY_ASSIGN(auto objects, m_store.list(snapshot::k_trash + batch + "/"));
    std::erase_if(objects, [](auto const& object) { return !store::is_content_name(chunk_name(object)); });
    TRY(process::run_parallel(m_workers, objects.size(), [&](std::size_t, std::size_t item) -> Result<void> {
        auto const& object = objects[item];
        TRY(say_at_work());
        return m_store.move(object.key, snapshot::trash_key(m_id, chunk_name(object))).map([](bool) {});
    }));
    return m_store.remove(at_work_key(batch));
}

// After the last move: whoever begins later finds none of these chunks in its place, and stores what it needs again.
Result<void> ChunkSweep::record_batch() {
    BatchRecord record{m_clock.wall_now(), {}};
    TRY(for_each_running(m_store, [&](std::string const& name, snapshot::Status const& status) {
        record.waits_for.push_back({name, status.id});
    }));
    TRY(m_store.write(record_key(m_id), record_text(record)));
    return m_store.remove(at_work_key(m_id));
}

Result<bool> ChunkSweep::may_be_freed(std::string const& batch, std::chrono::milliseconds grace) {
    TRY_ASSIGN(auto const text, m_store.read(record_key(batch)));
    if (!text) {
        return false;
    }
    TRY_ASSIGN(auto const record, parse_record(*text, record_key(batch)));
    if (m_clock.wall_now() - record.moved < grace) {
        return false;
    }
    bool all_over = true;
    for (auto const& run : record.waits_for) {
        TRY_ASSIGN(bool const over, m_watch.is_over(run.name, run.id));
        std::string const name = run.name + " " + run.id;
        if (!over && std::find(m_report.waiting.begin(), m_report.waiting.end(), name) == m_report.waiting.end()) {
            m_report.waiting.push_back(name);
        }
        all_over = all_over && over;
    }
    return all_over;
}

Result<void> ChunkSweep::empty_trash(std::chrono::milliseconds grace) {
    TRY_ASSIGN(auto const ids, m_store.list_folders(snapshot::k_trash));
    std::chrono::milliseconds const least_grace = k_moves_are_over;
    std::vector<Batch> batches;
    bool any = false;
    for (auto const& id : ids) {
        // The list comes before the look at the runs: what is moved here later has another record to wait for.
        TRY_ASSIGN(auto chunks, m_store.list(snapshot::k_trash + id + "/"));
        std::erase_if(chunks, [](auto const& object) { return !store::is_content_name(chunk_name(object)); });
        TRY_ASSIGN(auto const record, m_store.size(record_key(id)));
        TRY_ASSIGN(bool const due, may_be_freed(id, m_store.moves_at_once() ? grace : std::max(grace, least_grace)));
        any = any || record;
        batches.push_back({id, std::move(chunks), record.has_value(), due});
    }
    if (any) {
        // Only now: the runs that were waited for have published, or never will.
        TRY_ASSIGN(auto const needed, needed_chunks(m_store, m_workers));
        for (auto const& batch : batches) {
            if (batch.recorded) {
                settle(batch, needed);
            }
        }
    }
    TRY_ASSIGN(m_report.in_trash, chunks_in_trash(m_store));
    return {};
}

void ChunkSweep::settle(Batch const& batch, std::unordered_set<std::string> const& needed) {
    std::size_t const failed_before = m_report.failures.size();
    auto const settled =
        process::run_parallel(m_workers, batch.chunks.size(), [&](std::size_t, std::size_t item) -> Result<void> {
            auto const& chunk = batch.chunks[item];
            auto const done =
                fails_too_often() ? Result<void>{} : settle_chunk(batch, chunk, needed.contains(chunk_name(chunk)));
            if (!done) {
                note(done.error());
            }
            return {};
        });
    if (!settled || fails_too_often()) {
        return; // a signal, which the end of the prune reports
    }
    if (batch.due && m_report.failures.size() == failed_before) {
        if (auto const done = m_store.remove(record_key(batch.id)); !done) {
            m_report.failures.push_back(done.error());
        }
    }
}

// What is needed goes back as soon as all moves are done; only what is not has to wait.
Result<void> ChunkSweep::settle_chunk(Batch const& batch, store::Object const& chunk, bool needed) {
    std::string const id = chunk_name(chunk);
    if (!needed) {
        if (batch.due) {
            TRY(m_store.remove(chunk.key));
            std::lock_guard const lock(m_guard);
            m_report.freed.add(chunk.size_bytes);
        }
        return {};
    }
    TRY_ASSIGN(auto const in_place, m_store.size(snapshot::chunk_key(id)));
    if (in_place) {
        return m_store.remove(chunk.key); // somebody stored it again
    }
    TRY_ASSIGN(bool const moved, m_store.move(chunk.key, snapshot::chunk_key(id)));
    if (moved) {
        std::lock_guard const lock(m_guard);
        m_report.put_back.add(chunk.size_bytes);
    }
    return {};
}

} // namespace sluice::db_snapshot
