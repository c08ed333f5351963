#include "common/snapshot/compare.hpp"

#include "common/log/progress.hpp"
#include "common/process/parallel.hpp"
#include "common/snapshot/digest.hpp"
#include "common/snapshot/partitions.hpp"
#include "common/snapshot/readings.hpp"

#include <algorithm>
#include <map>
#include <mutex>

namespace sluice::snapshot {

namespace {

struct Fingerprint {
    std::uint64_t rows = 0;
    RowHash hash{};
};

// A table that got its parent late comes back with the inherited columns first; its rows are compared in the order that
// they were stored in.
Inventory in_stored_order(Inventory inventory, std::vector<Table> const& stored) {
    std::map<std::string, std::vector<std::string>> columns;
    for (auto const& table : stored) {
        columns.emplace(table.quoted_name(), table.columns);
    }
    for (auto& table : inventory.tables) {
        auto const place = columns.find(table.quoted_name());
        if (place != columns.end() && std::is_permutation(table.columns.begin(), table.columns.end(),
                                                          place->second.begin(), place->second.end())) {
            table.columns = place->second;
        }
    }
    return inventory;
}

Result<std::vector<Fingerprint>> read_fingerprints(SourceView& view, Manifest const& manifest) {
    auto const units = plan_readings(in_stored_order(view.inventory(), manifest.inventory.tables));
    std::vector<Fingerprint> all(view.inventory().tables.size() + 1);
    std::mutex guard;
    log::Progress progress("comparing rows", manifest.total_plain_bytes());
    TRY(process::run_parallel(
        view.worker_count(), units.size(), [&](std::size_t worker, std::size_t item) -> Result<void> {
            for (auto const& reading : units[item]) {
                Fingerprint one;
                TRY(view.worker(worker).copy_out(reading.sql, [&](std::string_view row) -> Result<void> {
                    ++one.rows;
                    one.hash.add(row);
                    progress.add(row.size());
                    return {};
                }));
                std::lock_guard const lock(guard);
                all[reading.table].rows += one.rows;
                all[reading.table].hash.merge(one.hash);
            }
            return {};
        }));
    return all;
}

void compare_one(std::string const& name, TableData const& wanted, Fingerprint const& found,
                 std::vector<std::string>& differences) {
    if (wanted.rows != found.rows) {
        differences.push_back(name + " has " + std::to_string(found.rows) + " rows instead of " +
                              std::to_string(wanted.rows));
    } else if (wanted.row_hash != found.hash.hex()) {
        differences.push_back(name + " has other content in its " + std::to_string(wanted.rows) + " rows");
    }
}

Fingerprint fingerprint_of(TableData const& data) {
    return {data.rows, RowHash::from_hex(data.row_hash).value_or(RowHash{})};
}

/// Whether all partitions of one root together hold what they should, whichever of them holds it.
class WholeRoots {
  public:
    explicit WholeRoots(PartitionRoots roots) : m_roots(std::move(roots)) {}

    void add(std::string const& table, Fingerprint const& wanted, Fingerprint const& found) {
        if (auto const root = m_roots.find(table); root != m_roots.end()) {
            auto& sums = m_sums[{root->second.schema, root->second.name}];
            for (auto const& [sum, part] : {std::pair(&sums.wanted, &wanted), std::pair(&sums.found, &found)}) {
                sum->rows += part->rows;
                sum->hash.merge(part->hash);
            }
        }
    }
    [[nodiscard]] bool equal_around(std::string const& table) const {
        auto const root = m_roots.find(table);
        if (root == m_roots.end()) {
            return false;
        }
        auto const& sums = m_sums.at({root->second.schema, root->second.name});
        return sums.wanted.rows == sums.found.rows && sums.wanted.hash.hex() == sums.found.hash.hex();
    }

  private:
    struct Sums {
        Fingerprint wanted{};
        Fingerprint found{};
    };
    PartitionRoots m_roots;
    std::map<std::pair<std::string, std::string>, Sums> m_sums{};
};

void compare_tables(Manifest const& manifest, Inventory const& found, std::vector<Fingerprint> const& fingerprints,
                    WholeRoots roots, std::vector<std::string>& differences) {
    std::map<std::string, std::size_t> numbers;
    for (std::size_t i = 0; i < found.tables.size(); ++i) {
        numbers.emplace(found.tables[i].quoted_name(), i);
    }
    for (std::size_t i = 0; i < manifest.inventory.tables.size(); ++i) {
        std::string const name = manifest.inventory.tables[i].quoted_name();
        if (auto const place = numbers.find(name); place != numbers.end()) {
            roots.add(name, fingerprint_of(manifest.data[i]), fingerprints[place->second]);
        }
    }
    for (std::size_t i = 0; i < manifest.inventory.tables.size(); ++i) {
        Table const& table = manifest.inventory.tables[i];
        auto const place = numbers.find(table.quoted_name());
        if (place == numbers.end()) {
            differences.push_back("table '" + table.plain_name() + "' is missing");
        } else if (!table.data_excluded && !roots.equal_around(table.quoted_name())) {
            compare_one("table '" + table.plain_name() + "'", manifest.data[i], fingerprints[place->second],
                        differences);
        }
    }
}

void compare_sequences(std::vector<Sequence> const& wanted, std::vector<Sequence> const& found,
                       std::vector<std::string>& differences) {
    std::map<std::pair<std::string, std::string>, Sequence> by_name;
    for (auto const& sequence : found) {
        by_name.emplace(std::pair(sequence.schema, sequence.name), sequence);
    }
    for (auto const& sequence : wanted) {
        auto const place = by_name.find(std::pair(sequence.schema, sequence.name));
        bool const equal = place != by_name.end() && place->second.last_value == sequence.last_value &&
                           place->second.is_called == sequence.is_called;
        if (!equal) {
            differences.push_back("sequence '" + sequence.schema + "." + sequence.name + "' is not at " +
                                  std::to_string(sequence.last_value));
        }
    }
}

} // namespace

Result<std::vector<std::string>> compare_with_manifest(postgres::ConnectionParameters const& database,
                                                       Manifest const& manifest, SourceOptions const& options,
                                                       time::Clock& clock) {
    TRY_ASSIGN(auto view, SourceView::open(database, options, clock, [](SourceView&) -> Result<void> { return {}; }));
    TRY_ASSIGN(auto const fingerprints, read_fingerprints(*view, manifest));
    std::vector<std::string> differences;
    TRY_ASSIGN(auto roots, read_partition_roots(view->holder()));
    compare_tables(manifest, view->inventory(), fingerprints, WholeRoots(std::move(roots)), differences);
    compare_one("large object data", manifest.large_object_data, fingerprints.back(), differences);
    compare_sequences(manifest.inventory.sequences, view->inventory().sequences, differences);
    return differences;
}

} // namespace sluice::snapshot
