#include "common/snapshot/row_loader.hpp"

#include "common/log/log.hpp"
#include "common/postgres/failure.hpp"
#include "common/postgres/quote.hpp"
#include "common/process/parallel.hpp"
#include "common/snapshot/large_objects.hpp"
#include "common/snapshot/table_ranges.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::snapshot {

namespace {

// A check constraint may call a function that reads a table which is not loaded yet, and an extension's tables have
// their foreign keys from the start. Such parts are tried again after the others. The same code says that a row belongs
// to another partition.
bool may_succeed_later(Error const& error) {
    return postgres::has_sqlstate(error, "23514") || postgres::has_sqlstate(error, "23503");
}

// As pg_restore would run it, but for GIN: a large tree in memory misses the processor's caches (8 MB took 0.84 of the
// processor time of 64 MB, see the decisions file). Where the table is not cached, larger batches save disk reads.
std::string build_sql(IndexStatement const& statement) {
    std::string sql = "SET LOCAL search_path = ''; ";
    if (statement.method == "gin") {
        std::string const table =
            postgres::quote_identifier(statement.schema) + "." + postgres::quote_identifier(statement.table);
        sql += "SELECT pg_catalog.set_config('maintenance_work_mem', '8MB', true) WHERE pg_catalog.pg_table_size(" +
               postgres::quote_literal(table) +
               ") < pg_catalog.pg_size_bytes(pg_catalog.current_setting('effective_cache_size')); ";
    }
    return sql + statement.sql;
}

struct StopUnless {
    StopUnless(LoadQueue& in, bool const& good) : queue(in), well(good) {}
    StopUnless(StopUnless&&) = delete;
    ~StopUnless() {
        if (!well) {
            queue.stop();
        }
    }
    LoadQueue& queue;
    bool const& well;
};

} // namespace

Result<void> RowLoader::load_all() {
    TRY(load_rows());
    TRY(m_source.finish());
    return build_remaining();
}

Result<void> RowLoader::load_rows() {
    log::Progress progress("loading rows", m_source.total_bytes());
    std::vector<LoadUnit> waiting = m_source.units();
    // Later rounds hand rows from one partition to another, which an index being built would only hold up.
    for (bool with_indexes = !m_source.is_live(); !waiting.empty(); with_indexes = false) {
        std::size_t const before = waiting.size();
        TRY(work_off(waiting, with_indexes ? m_indexes : std::vector<IndexStatement>{}, progress));
        waiting = std::exchange(m_postponed, {});
        bool const first_round = m_roots.empty();
        if (!waiting.empty() && first_round) {
            TRY_ASSIGN(m_roots, read_partition_roots(m_control));
        }
        if (waiting.size() == before && (!first_round || m_roots.empty())) {
            return tl::unexpected<Error>(std::move(m_last_error));
        }
    }
    return {};
}

Result<void> RowLoader::work_off(std::vector<LoadUnit> const& units, std::vector<IndexStatement> const& indexes,
                                 log::Progress& progress) {
    LoadQueue queue(units, m_source.inventory().tables, indexes);
    return process::run_parallel(
        m_workers.size(), units.size() + indexes.size(), [&](std::size_t worker, std::size_t) -> Result<void> {
            // Whatever ends a task badly, the others must not wait for it.
            bool well = false;
            StopUnless const guard{queue, well};
            auto const task = queue.next();
            auto outcome = task ? do_task(queue, *task, indexes, worker, progress) : Result<void>{};
            well = outcome.has_value();
            return outcome;
        });
}

Result<void> RowLoader::do_task(LoadQueue& queue, LoadQueue::Task const& task,
                                std::vector<IndexStatement> const& indexes, std::size_t worker,
                                log::Progress& progress) {
    if (auto const* unit = std::get_if<LoadUnit>(&task)) {
        return load_or_postpone(queue, *unit, worker, progress);
    }
    auto const& index = std::get<LoadQueue::IndexTask>(task);
    TRY(build(indexes[index.statement], worker));
    queue.built(index);
    return {};
}

Result<void> RowLoader::load_or_postpone(LoadQueue& queue, LoadUnit const& unit, std::size_t worker,
                                         log::Progress& progress) {
    auto outcome = load_one(unit, worker, progress);
    if (outcome) {
        queue.loaded(unit);
        return outcome;
    }
    if (!may_succeed_later(outcome.error())) {
        return outcome;
    }
    {
        std::lock_guard const lock(m_guard);
        m_postponed.push_back(unit);
        m_last_error = std::move(outcome).error();
    }
    queue.postponed();
    return {};
}

Result<void> RowLoader::load_one(LoadUnit const& unit, std::size_t worker, log::Progress& progress) {
    std::uint64_t sent = 0;
    auto const fill = [&](postgres::CopyConnection::Put const& put) -> Result<void> {
        auto const counted_put = [&](std::string_view bytes) {
            progress.add(bytes.size());
            m_bytes += bytes.size();
            return put(bytes);
        };
        TRY_ASSIGN(sent, m_source.read(unit, worker, counted_put));
        return {};
    };
    auto stored = unit.table == k_large_object_rows
                      ? load_large_object_rows(*m_workers[worker], fill)
                      : m_workers[worker]->copy_in(copy_in_sql(table_to_fill(unit)), fill);
    TRY_ASSIGN(auto const rows, std::move(stored).map_error(while_doing("loading " + name_of(unit))));
    if (rows != sent) {
        return fail(Errc::bad_data,
                    name_of(unit) + " took " + std::to_string(rows) + " of " + std::to_string(sent) + " rows");
    }
    m_rows += unit.table == k_large_object_rows ? 0 : rows;
    return {};
}

// Those of tables whose rows came in a later round, and all of them after a live source.
Result<void> RowLoader::build_remaining() {
    std::vector<IndexStatement> remaining;
    std::copy_if(m_indexes.begin(), m_indexes.end(), std::back_inserter(remaining),
                 [&](IndexStatement const& statement) { return !m_built.contains(statement.sql); });
    if (remaining.empty()) {
        return {};
    }
    log::Progress progress("building indexes", 0);
    return work_off({}, remaining, progress);
}

Result<void> RowLoader::build(IndexStatement const& statement, std::size_t worker) {
    auto outcome = m_workers[worker]->execute(build_sql(statement));
    TRY(std::move(outcome).map_error(
        while_doing("building an index of table '" + statement.schema + "." + statement.table + "'")));
    std::lock_guard const lock(m_guard);
    m_built.insert(statement.sql);
    return {};
}

std::set<std::string> RowLoader::built() const {
    std::set<std::string> lines;
    for (auto const& statement : m_indexes) {
        if (!statement.toc_line.empty() && m_built.contains(statement.sql)) {
            lines.insert(statement.toc_line);
        }
    }
    return lines;
}

// In the first round a table takes its own rows, which is faster; afterwards a partition's root hands them out.
Table RowLoader::table_to_fill(LoadUnit const& unit) const {
    Table table = m_source.inventory().tables.at(unit.table);
    if (auto const root = m_roots.find(table.quoted_name()); root != m_roots.end()) {
        table.schema = root->second.schema;
        table.name = root->second.name;
    }
    return table;
}

std::string RowLoader::name_of(LoadUnit const& unit) const {
    return unit.table == k_large_object_rows
               ? "large objects"
               : "table '" + m_source.inventory().tables.at(unit.table).plain_name() + "'";
}

} // namespace sluice::snapshot
