#include "tools/split-check/rules_columns.hpp"
#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <array>

namespace sluice::split_check {

namespace {

// Functions that a SELECT of a migration may call without changing anything that code sees.
constexpr std::array<std::string_view, 12> k_harmless{
    "setval", "set_config", "pg_advisory_lock", "pg_sleep", "version",   "pg_advisory_unlock",
    "count",  "max",        "currval",          "nextval",  "pg_notify", "pg_advisory_xact_lock"};

bool is_harmless_call(std::string name) {
    if (name.starts_with("pg_catalog.")) {
        name.erase(0, 11);
    }
    return std::find(k_harmless.begin(), k_harmless.end(), name) != k_harmless.end();
}

constexpr int k_deepest = 200;

// The first function that could do anything, or empty. Too deep counts as a finding.
std::string unknown_call(Json const& node, int depth) {
    if (depth > k_deepest) {
        return "(nested too deep)";
    }
    if (node.is_object() && node.contains("FuncCall")) {
        std::string name = name_of_list(at(node["FuncCall"], "funcname"));
        if (!is_harmless_call(name) && is_volatile(Json{{"FuncCall", {{"funcname", node["FuncCall"]["funcname"]}}}})) {
            return name;
        }
    }
    if (node.is_structured()) {
        for (auto const& item : node) {
            std::string found = unknown_call(item, depth + 1);
            if (!found.empty()) {
                return found;
            }
        }
    }
    return {};
}

// UPDATE and DELETE hidden in WITH, wherever they stand.
bool holds_writes(Json const& node, int depth) {
    if (depth > k_deepest) {
        return true;
    }
    if (node.is_object() &&
        (node.contains("UpdateStmt") || node.contains("DeleteStmt") || node.contains("InsertStmt"))) {
        return true;
    }
    return node.is_structured() &&
           std::any_of(node.begin(), node.end(), [&](Json const& item) { return holds_writes(item, depth + 1); });
}

void write_rows(StatementJudge& judge) {
    Json const& node = judge.node();
    std::string const table = table_of(at(node, "relation"));
    bool const deletes = judge.statement().type == "DeleteStmt";
    judge.phase(Phase::data);
    if (judge.is_new(table)) {
        return;
    }
    if (at(node, "whereClause").is_null()) {
        judge.note({rule::bulk_write, Phase::data, Safety::unsafe, table,
                    (deletes ? "deletes every row of " : "updates every row of ") + table, deletes});
    } else if (deletes) {
        judge.note({rule::bulk_write, Phase::data, Safety::review, table, "deletes rows of " + table, true});
    }
}

void insert_rows(StatementJudge& judge) {
    judge.phase(Phase::data);
    if (holds_writes(at(judge.node(), "withClause"), 0)) {
        judge.note({rule::bulk_write, Phase::data, Safety::review, table_of(at(judge.node(), "relation")),
                    "writes rows inside WITH", true});
    }
}

void truncate(StatementJudge& judge) {
    for (auto const& item : at(judge.node(), "relations")) {
        std::string const table = table_of(item);
        if (!judge.is_new(table)) {
            judge.lock(Lock::access_exclusive, table);
            judge.note({rule::truncate, Phase::contract, Safety::unsafe, table, "empties table " + table, true,
                        judge.offset_of(table)});
        }
    }
}

// LOCK TABLE's mode is PostgreSQL's own number. Source: src/include/storage/lockdefs.h.
void lock_tables(StatementJudge& judge) {
    constexpr int share_mode = 5;
    constexpr int share_row_exclusive_mode = 6;
    constexpr int access_exclusive_mode = 8;
    int const mode = judge.node().value("mode", access_exclusive_mode);
    for (auto const& item : at(judge.node(), "relations")) {
        std::string const table = table_of(item);
        if (judge.is_new(table)) {
            continue;
        }
        judge.lock(mode >= access_exclusive_mode      ? Lock::access_exclusive
                   : mode >= share_row_exclusive_mode ? Lock::share_row_exclusive
                   : mode >= share_mode               ? Lock::share
                                                      : Lock::none,
                   table);
        judge.note({rule::many_locks, Phase::none, mode >= share_mode ? Safety::unsafe : Safety::review, table,
                    "locks table " + table + " by its own statement", false, judge.offset_of(table)});
    }
}

void opaque(StatementJudge& judge, std::string const& what) {
    judge.note({rule::opaque, Phase::unknown, Safety::unknown, "", what});
}

void copy(StatementJudge& judge) {
    judge.phase(Phase::data);
    if (flag_at(judge.node(), "is_program")) {
        opaque(judge, "runs a program by COPY");
    }
}

void select(StatementJudge& judge) {
    if (at(judge.node(), "intoClause").is_object()) {
        judge.phase(Phase::expand);
        judge.state().new_tables.insert(table_of(at(at(judge.node(), "intoClause"), "rel")));
    }
    if (holds_writes(at(judge.node(), "withClause"), 0)) {
        judge.note({rule::bulk_write, Phase::data, Safety::review, "", "writes rows inside WITH", true});
    }
    std::string const call = unknown_call(judge.node(), 0);
    if (!call.empty()) {
        opaque(judge, "calls " + call + "(), which may do anything");
    }
}

} // namespace

void judge_rows(StatementJudge& judge) {
    std::string const& type = judge.statement().type;
    if (type == "UpdateStmt" || type == "DeleteStmt") {
        write_rows(judge);
    } else if (type == "InsertStmt") {
        insert_rows(judge);
    } else if (type == "TruncateStmt") {
        truncate(judge);
    } else if (type == "LockStmt") {
        lock_tables(judge);
    } else if (type == "CopyStmt") {
        copy(judge);
    } else if (type == "SelectStmt") {
        select(judge);
    } else if (type == "MergeStmt") {
        judge.note({rule::bulk_write, Phase::data, Safety::review, "", "merges rows", true});
    } else {
        opaque(judge, "runs what is defined elsewhere");
    }
}

} // namespace sluice::split_check
