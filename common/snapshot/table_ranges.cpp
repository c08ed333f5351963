#include "common/snapshot/table_ranges.hpp"

#include "common/postgres/quote.hpp"

#include <algorithm>
#include <xxhash.h>

namespace sluice::snapshot {

namespace {

// Tables up to this size are bundled; 1 MiB costs one worker some milliseconds.
constexpr std::uint64_t k_small_table_blocks = 128;
// A bundle ends after a table whose name's hash is a multiple of this: sixteen small tables on average.
constexpr std::uint64_t k_bundle_tables = 16;
constexpr std::uint64_t k_bundle_most_blocks = 512;

std::uint64_t size_of(Table const& table) { return table.blocks + table.toast_blocks; }

std::vector<WorkUnit> ranges_of(Table const& table, std::size_t number) {
    if (!table.ranges_usable || !table.condition.empty() || table.blocks <= k_blocks_per_range) {
        return {WorkUnit{{TableSlice{number, std::nullopt}}, size_of(table)}};
    }
    std::vector<WorkUnit> units;
    std::uint64_t const count = (table.blocks + k_blocks_per_range - 1) / k_blocks_per_range;
    for (std::uint64_t i = 0; i < count; ++i) {
        BlockRange range{i * k_blocks_per_range, (i + 1) * k_blocks_per_range};
        if (i + 1 == count) {
            range.end.reset();
        }
        units.push_back({{TableSlice{number, range}}, size_of(table) / count});
    }
    return units;
}

bool ends_bundle(Table const& table) {
    std::string const name = table.plain_name();
    return XXH3_64bits(name.data(), name.size()) % k_bundle_tables == 0;
}

class Bundler {
  public:
    void add(std::size_t number, Table const& table) {
        if (m_open.blocks + size_of(table) > k_bundle_most_blocks) {
            close();
        }
        m_open.slices.push_back({number, std::nullopt});
        m_open.blocks += size_of(table);
        if (ends_bundle(table)) {
            close();
        }
    }

    std::vector<WorkUnit> take() {
        close();
        return std::move(m_bundles);
    }

  private:
    void close() {
        if (!m_open.slices.empty()) {
            m_bundles.push_back(std::exchange(m_open, WorkUnit{}));
        }
    }

    WorkUnit m_open{};
    std::vector<WorkUnit> m_bundles{};
};

std::string column_list(Table const& table) {
    std::string list;
    for (auto const& column : table.columns) {
        list += (list.empty() ? "" : ", ") + postgres::quote_identifier(column);
    }
    return list;
}

std::string select_list(Table const& table) {
    std::string list;
    for (auto const& expression : table.masked_columns) {
        list += (list.empty() ? "" : ", ") + expression;
    }
    return list.empty() ? column_list(table) : list;
}

} // namespace

std::vector<WorkUnit> plan_units(std::vector<Table> const& tables) {
    std::vector<WorkUnit> units;
    Bundler bundler;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        if (tables[i].data_excluded) {
            continue;
        }
        if (size_of(tables[i]) <= k_small_table_blocks) {
            bundler.add(i, tables[i]);
        } else {
            auto ranges = ranges_of(tables[i], i);
            std::move(ranges.begin(), ranges.end(), std::back_inserter(units));
        }
    }
    auto bundles = bundler.take();
    std::move(bundles.begin(), bundles.end(), std::back_inserter(units));
    std::stable_sort(units.begin(), units.end(),
                     [](WorkUnit const& a, WorkUnit const& b) { return a.blocks > b.blocks; });
    return units;
}

std::string copy_out_sql(Table const& table, std::optional<BlockRange> const& blocks) {
    std::string const columns = column_list(table);
    if (!blocks && table.condition.empty() && table.masked_columns.empty()) {
        return "COPY " + table.quoted_name() + (columns.empty() ? "" : " (" + columns + ")") + " TO STDOUT";
    }
    std::string sql =
        "COPY (SELECT " + select_list(table) + " FROM ONLY " + table.quoted_name() + " " + table.condition;
    if (blocks) {
        sql += "WHERE ctid >= '(" + std::to_string(blocks->first) + ",0)'::pg_catalog.tid";
        if (blocks->end) {
            sql += " AND ctid < '(" + std::to_string(*blocks->end) + ",0)'::pg_catalog.tid";
        }
    }
    return sql + ") TO STDOUT";
}

std::string copy_in_sql(Table const& table) {
    std::string const columns = column_list(table);
    return "COPY " + table.quoted_name() + (columns.empty() ? "" : " (" + columns + ")") + " FROM STDIN";
}

} // namespace sluice::snapshot
