#include "tools/db-restore-or-init/loss_report.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sluice::db_restore {

namespace {

using snapshot::WriteCounters;

bool went_back(WriteCounters const& then, WriteCounters const& now) {
    return now.inserted < then.inserted || now.updated < then.updated || now.deleted < then.deleted;
}

// A table that certainly differs was written to, so counters that saw nothing did not see everything.
bool contradicts(snapshot::RowChanges const& counted, std::int64_t row_difference) {
    auto const net = static_cast<std::int64_t>(counted.inserted) - static_cast<std::int64_t>(counted.deleted);
    return !counted.any() || net < row_difference;
}

std::string numbers_text(TableLoss const& loss) {
    switch (loss.certainty) {
    case Certainty::exact: return rows_text(loss.rows);
    case Certainty::estimate: return "about " + rows_text(loss.rows) + " (estimate)";
    case Certainty::unknown: break;
    }
    return "written to, how much is not known";
}

std::string line_for(TableLoss const& loss) {
    std::string text = loss.table + ": ";
    switch (loss.fate) {
    case TableFate::dropped: return text + "dropped since, comes back as it was\n";
    case TableFate::added: text += "new since, would be gone: "; break;
    case TableFate::left_out: text += "its rows are not in the snapshot: "; break;
    case TableFate::kept: break;
    }
    text += numbers_text(loss);
    text += loss.newest ? ", newest " + loss.newest->column + " " + loss.newest->value : "";
    return text + (loss.note.empty() ? "" : "; " + loss.note) + "\n";
}

} // namespace

bool LossReport::loses() const {
    return std::any_of(tables.begin(), tables.end(), [](TableLoss const& loss) { return loss.loses(); });
}

std::string doubt_about_counters(snapshot::Inventory const& then, snapshot::Inventory const& now, bool restarted) {
    if (then.statistics_reset != now.statistics_reset) {
        return "the statistics were reset since the snapshot";
    }
    if (restarted) {
        return "the server was restarted since the snapshot, perhaps after a crash that lost the statistics";
    }
    return now.transactions < then.transactions ? "the statistics began anew since the snapshot" : std::string{};
}

TableLoss estimate_loss(snapshot::Table const& then, snapshot::Table const& now, std::int64_t row_difference,
                        std::string const& doubt) {
    TableLoss loss{then.plain_name(), TableFate::kept, Certainty::unknown, {}, {}, doubt};
    std::string const known = row_difference == 0
                                  ? "as many rows as then"
                                  : std::to_string(std::abs(row_difference)) +
                                        (row_difference > 0 ? " rows more" : " rows fewer") + " than then";
    if (doubt.empty() && !went_back(then.counters, now.counters)) {
        loss.rows = {now.counters.inserted - then.counters.inserted, now.counters.updated - then.counters.updated,
                     now.counters.deleted - then.counters.deleted};
        loss.certainty = contradicts(loss.rows, row_difference) ? Certainty::unknown : Certainty::estimate;
    }
    if (loss.certainty == Certainty::unknown) {
        loss.rows = {};
        loss.note = doubt.empty() ? "the statistics do not agree with the rows" : doubt;
    }
    loss.note += (loss.note.empty() ? "" : "; ") + known;
    return loss;
}

std::string name_of(Certainty certainty) {
    constexpr std::array<char const*, 3> names{"exact", "estimate", "unknown"};
    return names.at(static_cast<std::size_t>(certainty));
}

std::string name_of(TableFate fate) {
    constexpr std::array<char const*, 4> names{"kept", "added", "dropped", "left_out"};
    return names.at(static_cast<std::size_t>(fate));
}

std::string rows_text(snapshot::RowChanges const& rows) {
    return std::to_string(rows.inserted) + " inserted, " + std::to_string(rows.updated) + " updated, " +
           std::to_string(rows.deleted) + " deleted";
}

std::string to_text(LossReport const& report) {
    std::string text;
    for (auto const& loss : report.tables) {
        text += "  " + line_for(loss);
    }
    text += "  transactions since: ";
    return text +
           (report.transactions ? "about " + std::to_string(*report.transactions) + ", reads among them"
                                : "not known, " + report.transactions_note) +
           "\n";
}

Json to_json(TableLoss const& loss) {
    Json object{{"table", loss.table}, {"fate", name_of(loss.fate)}, {"certainty", name_of(loss.certainty)},
                {"inserted", nullptr}, {"updated", nullptr},         {"deleted", nullptr},
                {"newest", nullptr},   {"note", loss.note}};
    if (loss.certainty != Certainty::unknown) {
        object["inserted"] = loss.rows.inserted;
        object["updated"] = loss.rows.updated;
        object["deleted"] = loss.rows.deleted;
    }
    if (loss.newest) {
        object["newest"] = {{"column", loss.newest->column}, {"value", loss.newest->value}};
    }
    return object;
}

} // namespace sluice::db_restore
