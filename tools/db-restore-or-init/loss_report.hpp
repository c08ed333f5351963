#pragma once

#include "common/json/json.hpp"
#include "common/snapshot/inventory.hpp"
#include "common/snapshot/row_difference.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// How far a number can be relied on.
enum class Certainty {
    exact,    ///< counted row by row
    estimate, ///< from the statistics, which count attempts that were rolled back too
    unknown,  ///< something differs, and how much cannot be told
};

/// What became of a table since the snapshot.
enum class TableFate {
    kept,     ///< there then and now
    added,    ///< new since: all its rows would be lost
    dropped,  ///< gone since: comes back, nothing is lost
    left_out, ///< the snapshot holds its definition without its rows, so that all rows would be lost
};

/// The newest value of a time column, as the server writes it.
struct Newest {
    std::string column;
    std::string value;
};

struct TableLoss {
    std::string table; ///< "schema.table", or `k_large_objects`
    TableFate fate = TableFate::kept;
    Certainty certainty = Certainty::exact;
    snapshot::RowChanges rows{};
    std::optional<Newest> newest{};
    std::string note{}; ///< why a number is not exact, or what it counts

    /// What is unknown is never "nothing".
    [[nodiscard]] bool loses() const { return certainty != Certainty::exact || rows.any(); }
};

/// The large objects of a database, in the place of a table's name.
inline constexpr char const* k_large_objects = "large-objects";

/// What going back would lose. Tables that are as they were are not in it.
struct LossReport {
    std::vector<TableLoss> tables{};
    std::optional<std::uint64_t> transactions{}; ///< committed since, reads among them; nothing: not known
    std::string transactions_note{};             ///< why they are not known

    [[nodiscard]] bool loses() const;
};

/// Why the statistics of now cannot be held against those of then; empty where they can. `restarted`: the server was
/// started, or threw its statistics away after a crash, since the snapshot. Pure.
[[nodiscard]] std::string doubt_about_counters(snapshot::Inventory const& then, snapshot::Inventory const& now,
                                               bool restarted);

/// The numbers for a table that differs and was not counted row by row. `row_difference` is rows now less rows then,
/// which is exact. Pure.
[[nodiscard]] TableLoss estimate_loss(snapshot::Table const& then, snapshot::Table const& now,
                                      std::int64_t row_difference, std::string const& doubt);

[[nodiscard]] std::string name_of(Certainty certainty);
[[nodiscard]] std::string name_of(TableFate fate);

/// A line for each table and one for the transactions; each ends with a line feed.
[[nodiscard]] std::string to_text(LossReport const& report);
[[nodiscard]] std::string rows_text(snapshot::RowChanges const& rows);
[[nodiscard]] Json to_json(TableLoss const& loss);

} // namespace sluice::db_restore
