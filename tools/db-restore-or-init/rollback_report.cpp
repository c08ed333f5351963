#include "tools/db-restore-or-init/rollback_report.hpp"

#include "common/time/duration_text.hpp"

namespace sluice::db_restore {

namespace {

std::string done_text(RollbackResult const& result) {
    std::string text = "put '" + result.target + "' back to snapshot " + result.snapshot + ", unavailable for " +
                       time::duration_text(result.outcome.swap.unavailable) + ", the broken one is '" +
                       result.outcome.old_database + "'";
    text += result.broken_snapshot.empty()
                ? ""
                : " and snapshot " + result.broken_snapshot + " of '" + result.broken_name + "'";
    for (auto const& rescued : result.rescued) {
        text += ", " + rescued_text(rescued);
    }
    text += result.rescue_file.empty() ? "" : ", rows that could not be carried are in " + result.rescue_file;
    return text + "\n";
}

std::string looked_text(RollbackResult const& result) {
    std::string text = "going back to snapshot " + result.snapshot + " of " + result.taken + " would lose in '" +
                       result.target + "':\n" + to_text(result.report) + name_of(result.decision.verdict) + ": " +
                       result.decision.reason + "\n";
    for (auto const& what : result.left_out) {
        text += "  does not come back: " + what + "\n";
    }
    return result.decision.advice.empty() ? text : text + "  " + result.decision.advice + "\n";
}

Json losses_json(std::vector<TableLoss> const& losses) {
    Json list = Json::array();
    for (auto const& loss : losses) {
        list.push_back(to_json(loss));
    }
    return list;
}

Json rescued_json(std::vector<Rescued> const& all) {
    Json list = Json::array();
    for (auto const& rescued : all) {
        list.push_back({{"table", rescued.table},
                        {"inserted", rescued.inserted},
                        {"updated", rescued.updated},
                        {"kept_in_file", rescued.kept_in_file}});
    }
    return list;
}

void add_work(Json& document, RollbackResult const& result) {
    Json steps = Json::array();
    for (auto const& step : result.outcome.steps) {
        steps.push_back({{"what", step.what}, {"milliseconds", step.took.count()}});
    }
    document["ended_sessions"] = result.ended_sessions;
    document["broken_snapshot"] = result.broken_snapshot;
    document["broken_name"] = result.broken_name;
    document["rescued"] = rescued_json(result.rescued);
    document["rescue_file"] = result.rescue_file;
    document["old_database"] = result.outcome.old_database;
    document["rows"] = result.outcome.rows;
    document["bytes"] = result.outcome.bytes;
    document["steps"] = std::move(steps);
    document["unavailable_milliseconds"] = result.outcome.swap.unavailable.count();
    document["swap_attempts"] = result.outcome.swap.attempts;
}

} // namespace

std::string rescued_text(Rescued const& rescued) {
    return "rescued in " + rescued.table + ": " + std::to_string(rescued.inserted) + " inserted, " +
           std::to_string(rescued.updated) + " updated" +
           (rescued.kept_in_file == 0 ? "" : ", " + std::to_string(rescued.kept_in_file) + " in the file");
}

std::string to_text(RollbackResult const& result) {
    if (result.action == "not_needed") {
        return "nothing to put back: " + result.decision.reason + "\n";
    }
    return result.action == "put_back" ? done_text(result) : looked_text(result);
}

Json to_json(RollbackResult const& result) {
    auto const& report = result.report;
    Json document{{"version", 1},
                  {"action", result.action},
                  {"target", result.target},
                  {"snapshot", result.snapshot},
                  {"taken", result.taken},
                  {"verdict", name_of(result.decision.verdict)},
                  {"reason", result.decision.reason},
                  {"advice", result.decision.advice},
                  {"losses", losses_json(report.tables)},
                  {"accepted", losses_json(result.decision.accepted)},
                  {"transactions", report.transactions ? Json(*report.transactions) : Json()},
                  {"transactions_note", report.transactions_note},
                  {"left_out", result.left_out}};
    if (result.action == "put_back") {
        add_work(document, result);
    }
    return document;
}

cli::DotenvLines dotenv_lines(RollbackResult const& result) {
    return {{"SLUICE_SNAPSHOT_ID", result.snapshot},
            {"SLUICE_TARGET_DATABASE", result.target},
            {"SLUICE_OLD_DATABASE", result.outcome.old_database},
            {"SLUICE_BROKEN_SNAPSHOT_ID", result.broken_snapshot},
            {"SLUICE_BROKEN_SNAPSHOT_NAME", result.broken_name},
            {"SLUICE_RESCUE_FILE", result.rescue_file}};
}

} // namespace sluice::db_restore
