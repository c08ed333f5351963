#pragma once

#include "common/postgres/copy.hpp"
#include "common/process/runner.hpp"
#include "common/snapshot/manifest.hpp"
#include "common/snapshot/source_view.hpp"
#include "common/store/store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::snapshot {

/// In place of a table's number: the rows of all large objects.
inline constexpr std::size_t k_large_object_rows = static_cast<std::size_t>(-1);

/// What one worker loads with one COPY.
struct LoadUnit {
    std::size_t table = 0; ///< counts into `Inventory::tables`, or `k_large_object_rows`
    std::size_t part = 0;
};

/// A database's contents on their way into another one, from a store or straight from a live server.
class RowSource {
  public:
    virtual ~RowSource() = default;
    [[nodiscard]] virtual Inventory const& inventory() const = 0;
    /// The version of pg_dump that wrote the schema archive: pg_restore must not be older.
    [[nodiscard]] virtual int pg_dump_major() const = 0;
    /// Whether a production server waits for us to be done with reading.
    [[nodiscard]] virtual bool is_live() const = 0;
    /// Writes the schema archive to a file.
    [[nodiscard]] virtual Result<void> save_schema(std::string const& path) = 0;
    /// Biggest tables first.
    [[nodiscard]] virtual std::vector<LoadUnit> const& units() const = 0;
    /// Passes a unit's rows on as COPY text and returns how many they are. `worker` counts from 0 below the number of
    /// workers; each of them may read at the same time.
    [[nodiscard]] virtual Result<std::uint64_t> read(LoadUnit const& unit, std::size_t worker,
                                                     postgres::CopyConnection::Put const& put) = 0;
    /// To be called after the last read: proves that all of it was one state. Errors: temporary.
    [[nodiscard]] virtual Result<void> finish() = 0;
    /// Plain bytes in all, for progress; an estimate for a live source.
    [[nodiscard]] virtual std::uint64_t total_bytes() const = 0;
};

/// Rows of a stored snapshot; every chunk is proved as it is read. The store must outlive the result.
[[nodiscard]] std::unique_ptr<RowSource> stored_rows(store::Store& store, Manifest manifest);

/// Rows of a live database under one snapshot, see `SourceView::open` for what it does and its errors.
[[nodiscard]] Result<std::unique_ptr<RowSource>> live_rows(postgres::ConnectionParameters const& parameters,
                                                           SourceOptions const& options, process::Runner& runner,
                                                           time::Clock& clock);

} // namespace sluice::snapshot
