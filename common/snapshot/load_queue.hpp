#pragma once

#include "common/snapshot/index_statements.hpp"
#include "common/snapshot/row_source.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace sluice::snapshot {

/// Hands out rows to load and, as soon as all rows of a table are in, the indexes of that table: one index can cost
/// more time than everything else, so it starts as early as it may. A table's indexes
/// are built side by side, and then its constraints one by one. Any number of threads.
class LoadQueue {
  public:
    /// The number of a statement in the list given to the constructor.
    struct IndexTask {
        std::size_t statement = 0;
    };
    using Task = std::variant<LoadUnit, IndexTask>;

    /// `units` are handed out in their order. Statements on what is not among `tables` are never handed out; those of a
    /// table without units are from the start.
    LoadQueue(std::vector<LoadUnit> const& units, std::vector<Table> const& tables,
              std::vector<IndexStatement> const& statements);

    /// The next task, or none when there will not be another. Waits while a task of somebody else's may bring more.
    /// Every task handed out has to come back by one of the calls below.
    [[nodiscard]] std::optional<Task> next();
    void loaded(LoadUnit const& unit);
    void postponed(); ///< a unit that did not get in: its table's indexes are not handed out
    void built(IndexTask const& task);
    void stop(); ///< lets all who wait go

  private:
    struct OfTable {
        std::size_t unloaded_units = 0;
        std::vector<std::size_t> indexes{}; ///< those that take longest first
        std::size_t building = 0;
        std::deque<std::size_t> constraints{};
    };
    void release(OfTable& table);
    void came_back();

    std::mutex m_guard{};
    std::condition_variable m_changed{};
    std::deque<LoadUnit> m_units;
    std::deque<std::size_t> m_ready{};
    std::map<std::size_t, OfTable> m_tables{};
    std::map<std::size_t, std::size_t> m_table_of_statement{};
    std::size_t m_in_flight = 0;
    bool m_stopped = false;
};

} // namespace sluice::snapshot
