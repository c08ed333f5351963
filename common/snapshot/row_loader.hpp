#pragma once

#include "common/log/progress.hpp"
#include "common/postgres/session.hpp"
#include "common/snapshot/index_statements.hpp"
#include "common/snapshot/load_queue.hpp"
#include "common/snapshot/partitions.hpp"
#include "common/snapshot/row_source.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace sluice::snapshot {

using Connections = std::vector<std::unique_ptr<postgres::CopyConnection>>;

/// Loads all rows of a source over the workers' connections and builds the given indexes over them too. From a store,
/// a table's indexes are built while other tables' rows still come; from a live source only after the last row, so
/// that production is let go as soon as possible.
class RowLoader {
  public:
    RowLoader(RowSource& source, postgres::Session& control, Connections& workers, std::vector<IndexStatement> indexes)
        : m_source(source), m_control(control), m_workers(workers), m_indexes(std::move(indexes)) {}

    /// Errors: bad_data when the server stored another number of rows than were sent, else what the server said.
    [[nodiscard]] Result<void> load_all();

    [[nodiscard]] std::uint64_t rows() const { return m_rows; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    /// The indexes that are built now, as lines of the archive's table of contents.
    [[nodiscard]] std::set<std::string> built() const;

  private:
    Result<void> load_rows();
    Result<void> work_off(std::vector<LoadUnit> const& units, std::vector<IndexStatement> const& indexes,
                          log::Progress& progress);
    Result<void> do_task(LoadQueue& queue, LoadQueue::Task const& task, std::vector<IndexStatement> const& indexes,
                         std::size_t worker, log::Progress& progress);
    Result<void> load_or_postpone(LoadQueue& queue, LoadUnit const& unit, std::size_t worker, log::Progress& progress);
    Result<void> load_one(LoadUnit const& unit, std::size_t worker, log::Progress& progress);
    Result<void> build_remaining();
    Result<void> build(IndexStatement const& statement, std::size_t worker);
    [[nodiscard]] Table table_to_fill(LoadUnit const& unit) const;
    [[nodiscard]] std::string name_of(LoadUnit const& unit) const;

    RowSource& m_source;
    postgres::Session& m_control;
    Connections& m_workers;
    std::vector<IndexStatement> const m_indexes;
    PartitionRoots m_roots{}; // from the second round on
    std::atomic<std::uint64_t> m_rows{0};
    std::atomic<std::uint64_t> m_bytes{0};
    std::mutex m_guard{};
    std::vector<LoadUnit> m_postponed{};
    std::set<std::string> m_built{}; // by their SQL
    Error m_last_error{};
};

} // namespace sluice::snapshot
