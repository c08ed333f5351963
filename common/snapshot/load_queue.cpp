#include "common/snapshot/load_queue.hpp"

#include <algorithm>

namespace sluice::snapshot {

namespace {

using TableNumbers = std::map<std::pair<std::string_view, std::string_view>, std::size_t>;

TableNumbers number_tables(std::vector<Table> const& tables) {
    TableNumbers numbers;
    for (std::size_t table = 0; table < tables.size(); ++table) {
        numbers[{tables[table].schema, tables[table].name}] = table;
    }
    return numbers;
}

// A GIN or GiST index of the same rows takes several times as long as a btree.
bool takes_longer(IndexStatement const& one, IndexStatement const& other) {
    return one.method != "btree" && other.method == "btree";
}

} // namespace

LoadQueue::LoadQueue(std::vector<LoadUnit> const& units, std::vector<Table> const& tables,
                     std::vector<IndexStatement> const& statements)
    : m_units(units.begin(), units.end()) {
    for (auto const& unit : units) {
        ++m_tables[unit.table].unloaded_units;
    }
    TableNumbers const numbers = number_tables(tables);
    for (std::size_t i = 0; i < statements.size(); ++i) {
        if (auto const found = numbers.find({statements[i].schema, statements[i].table}); found != numbers.end()) {
            auto& table = m_tables[found->second];
            statements[i].is_constraint() ? table.constraints.push_back(i) : table.indexes.push_back(i);
            m_table_of_statement[i] = found->second;
        }
    }
    for (auto& [number, table] : m_tables) {
        std::stable_sort(table.indexes.begin(), table.indexes.end(),
                         [&](std::size_t a, std::size_t b) { return takes_longer(statements[a], statements[b]); });
        if (table.unloaded_units == 0) {
            release(table);
        }
    }
}

// All indexes at once; when the last of what was released is built, a constraint, then the next.
void LoadQueue::release(OfTable& table) {
    if (table.indexes.empty() && !table.constraints.empty()) {
        table.indexes.push_back(table.constraints.front());
        table.constraints.pop_front();
    }
    table.building = table.indexes.size();
    m_ready.insert(m_ready.end(), table.indexes.begin(), table.indexes.end());
    table.indexes.clear();
}

std::optional<LoadQueue::Task> LoadQueue::next() {
    std::unique_lock lock(m_guard);
    m_changed.wait(lock, [&] { return m_stopped || !m_ready.empty() || !m_units.empty() || m_in_flight == 0; });
    if (m_stopped || (m_ready.empty() && m_units.empty())) {
        return std::nullopt;
    }
    ++m_in_flight;
    if (!m_ready.empty()) {
        IndexTask const task{m_ready.front()};
        m_ready.pop_front();
        return task;
    }
    LoadUnit const unit = m_units.front();
    m_units.pop_front();
    return unit;
}

void LoadQueue::came_back() {
    --m_in_flight;
    m_changed.notify_all();
}

void LoadQueue::loaded(LoadUnit const& unit) {
    std::lock_guard const lock(m_guard);
    auto& table = m_tables[unit.table];
    if (--table.unloaded_units == 0) {
        release(table);
    }
    came_back();
}

void LoadQueue::postponed() {
    std::lock_guard const lock(m_guard);
    came_back();
}

void LoadQueue::built(IndexTask const& task) {
    std::lock_guard const lock(m_guard);
    auto& table = m_tables[m_table_of_statement[task.statement]];
    if (--table.building == 0) {
        release(table);
    }
    came_back();
}

void LoadQueue::stop() {
    std::lock_guard const lock(m_guard);
    m_stopped = true;
    m_changed.notify_all();
}

} // namespace sluice::snapshot
