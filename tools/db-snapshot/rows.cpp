#include "tools/db-snapshot/rows.hpp"

#include "common/process/parallel.hpp"
#include "common/snapshot/chunked_stream.hpp"
#include "common/snapshot/digest.hpp"
#include "common/snapshot/readings.hpp"
#include "tools/db-snapshot/mask.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

namespace sluice::db_snapshot {

namespace {

using snapshot::ChunkedStream;
using snapshot::Part;
using snapshot::Reading;
using snapshot::RowHash;
using snapshot::TableData;

// A part is what one worker loads at a time; a table that one COPY reads whole is cut into parts of this size.
constexpr std::uint64_t k_part_bytes = std::uint64_t{32} * 1024 * 1024;

// Counting row by row would have all workers write to one cache line millions of times.
constexpr std::uint64_t k_progress_step = std::uint64_t{256} * 1024;

/// Gathers what many workers read of one table.
class Collector {
  public:
    void add(std::uint64_t order, std::vector<Part> parts, std::uint64_t bytes, RowHash const& hash) {
        std::lock_guard const lock(m_guard);
        for (auto& part : parts) {
            m_parts.emplace_back(order, std::move(part));
        }
        m_bytes += bytes;
        m_hash.merge(hash);
    }

    // In the table's own order, whichever worker was first, so that equal databases have equal manifests.
    TableData take() {
        std::stable_sort(m_parts.begin(), m_parts.end(),
                         [](auto const& a, auto const& b) { return a.first < b.first; });
        TableData data{0, m_bytes, m_hash.hex(), {}};
        for (auto& [order, part] : m_parts) {
            data.rows += part.rows;
            data.parts.push_back(std::move(part));
        }
        return data;
    }

  private:
    std::mutex m_guard{};
    std::vector<std::pair<std::uint64_t, Part>> m_parts{};
    std::uint64_t m_bytes = 0;
    RowHash m_hash{};
};

class Reader {
  public:
    Reader(postgres::CopyConnection& connection, ChunkedStream& stream,
           std::function<void(std::uint64_t)> const& progress)
        : m_connection(connection), m_stream(stream), m_progress(progress) {}

    Result<void> read(Reading const& reading) {
        m_hash = RowHash{};
        m_bytes = 0;
        m_parts = 0;
        m_rows = 0;
        TRY(m_connection.copy_out(reading.sql, [&](std::string_view row) { return take_row(row); }));
        end_part();
        m_progress(std::exchange(m_unreported, 0));
        return {};
    }
    [[nodiscard]] RowHash const& hash() const { return m_hash; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    [[nodiscard]] std::size_t parts() const { return m_parts; }

  private:
    Result<void> take_row(std::string_view row) {
        m_hash.add(row);
        m_bytes += row.size();
        ++m_rows;
        TRY(m_stream.append_row(row));
        m_unreported += row.size();
        if (m_unreported >= k_progress_step) {
            m_progress(std::exchange(m_unreported, 0));
        }
        if (m_stream.bytes_in_part() >= k_part_bytes) {
            end_part();
        }
        return {};
    }

    void end_part() {
        if (m_rows > 0) {
            m_stream.end_part(std::exchange(m_rows, 0));
            ++m_parts;
        }
    }

    postgres::CopyConnection& m_connection;
    ChunkedStream& m_stream;
    std::function<void(std::uint64_t)> const& m_progress;
    RowHash m_hash{};
    std::uint64_t m_bytes = 0;
    std::uint64_t m_rows = 0;
    std::uint64_t m_unreported = 0;
    std::size_t m_parts = 0;
};

/// The parts of a unit come out of its stream together; this hands them to their tables.
class UnitParts {
  public:
    void note(Reading const& reading, Reader const& reader) {
        m_entries.push_back({&reading, reader.parts(), reader.bytes(), reader.hash()});
    }
    void distribute(std::vector<Part> parts, std::vector<Collector>& collectors) {
        auto next = parts.begin();
        for (auto const& entry : m_entries) {
            auto const end = next + static_cast<std::ptrdiff_t>(entry.parts);
            collectors[entry.reading->table].add(entry.reading->order,
                                                 {std::make_move_iterator(next), std::make_move_iterator(end)},
                                                 entry.bytes, entry.hash);
            next = end;
        }
    }

  private:
    struct Entry {
        Reading const* reading;
        std::size_t parts;
        std::uint64_t bytes;
        RowHash hash;
    };
    std::vector<Entry> m_entries{};
};

/// Which masked table could not be read. The first one counts.
class FailedTable {
  public:
    void note(std::size_t table) {
        std::lock_guard const lock(m_guard);
        m_table = m_table.value_or(table);
    }
    [[nodiscard]] std::optional<std::size_t> const& table() const { return m_table; }

  private:
    std::mutex m_guard{};
    std::optional<std::size_t> m_table{};
};

auto told_safely(snapshot::SourceView const& view, Reading const& reading, FailedTable& failed) {
    return [&](Error error) -> Error {
        auto const& tables = view.inventory().tables;
        if (reading.table >= tables.size() || tables[reading.table].masked_columns.empty()) {
            return while_doing("reading with " + reading.sql)(std::move(error));
        }
        failed.note(reading.table);
        return without_values(std::move(error), tables[reading.table].plain_name());
    };
}

} // namespace

Result<void> read_all_rows(snapshot::SourceView& view, snapshot::ChunkWriter& writer, snapshot::Manifest& manifest,
                           std::function<void(std::uint64_t bytes)> const& progress) {
    auto const units = snapshot::plan_readings(view.inventory());
    std::vector<Collector> collectors(view.inventory().tables.size() + 1);
    std::vector<snapshot::Compressor> compressors(view.worker_count());
    std::vector<ChunkedStream> streams;
    for (auto& compressor : compressors) {
        streams.emplace_back(writer, compressor);
    }
    FailedTable failed;
    auto const read = process::run_parallel(
        view.worker_count(), units.size(), [&](std::size_t worker, std::size_t item) -> Result<void> {
            UnitParts parts;
            Reader reader(view.worker(worker), streams[worker], progress);
            for (auto const& reading : units[item]) {
                TRY(reader.read(reading).map_error(told_safely(view, reading, failed)));
                parts.note(reading, reader);
            }
            TRY_ASSIGN(auto finished, streams[worker].finish());
            parts.distribute(std::move(finished), collectors);
            return {};
        });
    if (!read) {
        return tl::unexpected<Error>(
            failed.table() ? blame_column(view.holder(), view.inventory().tables[*failed.table()], read.error())
                           : read.error());
    }
    for (std::size_t table = 0; table < view.inventory().tables.size(); ++table) {
        manifest.data.push_back(collectors[table].take());
    }
    manifest.large_object_data = collectors.back().take();
    return {};
}

} // namespace sluice::db_snapshot
