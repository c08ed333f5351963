#pragma once

#include "common/postgres/copy.hpp"
#include "common/postgres/session.hpp"
#include "common/snapshot/inventory.hpp"
#include "common/time/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::snapshot {

struct SourceOptions {
    std::size_t workers = 1;
    std::chrono::milliseconds lock_timeout{10'000}; ///< in all, for getting every table's lock
    std::vector<std::string> exclude_data{};
};

/// One consistent state of a live database, seen by several connections at once, while others go on writing.
///
/// A snapshot exported without locks has a hole: a TRUNCATE or a rewriting ALTER TABLE that commits between the
/// snapshot and the first read leaves the table empty for that snapshot, and the reader gets 0 rows and no error
/// (reference/snapshot-anchors.md section 2). So every connection first locks every table ACCESS SHARE, the snapshot
/// is exported after the last lock, and every worker imports it before any work begins. Each worker has locks of its
/// own, because a reader without one would queue behind a waiting ALTER TABLE that itself waits for us.
class SourceView {
  public:
    /// Checks the source (`check_source`), locks, exports, imports. Then calls `while_fresh`, for work that takes
    /// locks by itself (pg_dump): if that fails while somebody waits for one of our locks, all locks are let go and
    /// everything begins again, until `lock_timeout` has passed. Blocks that long at most, and for `while_fresh`.
    /// Errors: as `check_source`; temporary when the locks cannot be had.
    using WhileFresh = std::function<Result<void>(SourceView&)>;
    [[nodiscard]] static Result<std::unique_ptr<SourceView>> open(postgres::ConnectionParameters const& parameters,
                                                                  SourceOptions const& options, time::Clock& clock,
                                                                  WhileFresh const& while_fresh);

    [[nodiscard]] Inventory const& inventory() const { return m_inventory; }
    /// For masks, which change what is read of a table.
    [[nodiscard]] Inventory& inventory() { return m_inventory; }
    /// The exported snapshot, for pg_dump's --snapshot.
    [[nodiscard]] std::string const& exported_snapshot() const { return m_exported; }
    [[nodiscard]] postgres::Session& holder() { return *m_holder; }
    [[nodiscard]] std::size_t worker_count() const { return m_workers.size(); }
    /// One connection per thread.
    [[nodiscard]] postgres::CopyConnection& worker(std::size_t number) { return *m_workers.at(number); }

    /// Proves that no table was rewritten under the snapshot and that the connection which keeps it is alive. To be
    /// called after the last read. Errors: temporary.
    [[nodiscard]] Result<void> check_unchanged();

  private:
    SourceView() = default;
    Result<void> connect(postgres::ConnectionParameters const& parameters, std::size_t workers);
    Result<void> begin(std::chrono::milliseconds lock_timeout);
    Result<void> lock_everywhere(std::vector<TableName> const& tables, std::chrono::milliseconds lock_timeout);
    Result<void> share_snapshot();
    Result<void> check_same_tables(std::vector<TableName> const& locked);
    Result<std::string> tables_waited_for();
    Result<void> let_go();

    std::unique_ptr<postgres::Session> m_holder{};
    std::vector<std::unique_ptr<postgres::CopyConnection>> m_workers{};
    Inventory m_inventory{};
    std::string m_exported{};
};

} // namespace sluice::snapshot
