#include "tools/split-check/rules_constraints.hpp"

namespace sluice::split_check {

namespace {

// The column of "CHECK (column IS NOT NULL)", or empty.
std::string column_proven_not_null(Json const& expression) {
    Json const& test = at(expression, "NullTest");
    if (text_at(test, "nulltesttype") != "IS_NOT_NULL") {
        return {};
    }
    return name_of_list(at(at(at(test, "arg"), "ColumnRef"), "fields"));
}

void add_check(StatementJudge& judge, std::string const& table, Json const& constraint, std::string const& object) {
    bool const not_valid = flag_at(constraint, "skip_validation");
    std::string const column = column_proven_not_null(at(constraint, "raw_expr"));
    if (!column.empty()) {
        judge.state().not_null_checks[object] = table + "." + column;
    }
    if (judge.is_new(table)) {
        return;
    }
    judge.lock(Lock::access_exclusive, table);
    judge.note({rule::add_check, Phase::contract, not_valid ? Safety::review : Safety::unsafe, object,
                "adds a CHECK to " + table + (not_valid ? " for new rows alone" : ""), false,
                StatementJudge::location(constraint)});
}

void add_foreign_key(StatementJudge& judge, std::string const& table, Json const& constraint,
                     std::string const& object) {
    std::string const parent = table_of(at(constraint, "pktable"));
    bool const not_valid = flag_at(constraint, "skip_validation");
    bool const new_parent = judge.is_new(parent);
    bool const new_table = judge.is_new(table);
    if (new_table && new_parent) {
        return;
    }
    if (!new_parent) {
        judge.lock(Lock::share_row_exclusive, parent);
    }
    if (!new_table) {
        judge.lock(Lock::share_row_exclusive, table);
    }
    bool const scans = !not_valid && !new_table;
    judge.note({rule::add_foreign_key, new_table ? Phase::expand : Phase::contract,
                scans ? Safety::unsafe : Safety::review, object,
                "adds a foreign key from " + table + " to " + parent + (not_valid ? " for new rows alone" : ""), false,
                StatementJudge::location(constraint)});
}

void add_index_constraint(StatementJudge& judge, std::string const& table, Json const& constraint,
                          std::string const& object) {
    if (judge.is_new(table)) {
        return;
    }
    judge.lock(Lock::access_exclusive, table);
    bool const by_index = !text_at(constraint, "indexname").empty();
    bool const primary = text_at(constraint, "contype") == "CONSTR_PRIMARY";
    judge.phase(Phase::contract);
    if (by_index && !primary) {
        return;
    }
    judge.note({rule::add_unique, Phase::contract, by_index ? Safety::review : Safety::unsafe, object,
                std::string("adds a ") + (primary ? "primary key" : "unique or exclusion constraint") + " to " + table +
                    (by_index ? " from an index; its columns become NOT NULL, which reads the table" : ""),
                false, StatementJudge::location(constraint)});
}

void add_constraint(StatementJudge& judge, std::string const& table, Json const& constraint) {
    std::string const kind = text_at(constraint, "contype");
    std::string const name = text_at(constraint, "conname");
    std::string const object = table + "." + (name.empty() ? "(unnamed)" : name);
    judge.phase(judge.is_new(table) ? Phase::expand : Phase::none);
    if (kind == "CONSTR_CHECK") {
        add_check(judge, table, constraint, object);
    } else if (kind == "CONSTR_FOREIGN") {
        add_foreign_key(judge, table, constraint, object);
    } else if (kind == "CONSTR_UNIQUE" || kind == "CONSTR_PRIMARY" || kind == "CONSTR_EXCLUSION") {
        add_index_constraint(judge, table, constraint, object);
    } else {
        judge.note({rule::opaque, Phase::unknown, Safety::unknown, object, "adds a constraint that no rule knows"});
    }
}

void validate(StatementJudge& judge, std::string const& table, std::string const& name) {
    judge.lock(Lock::share_update_exclusive, table);
    auto const proven = judge.state().not_null_checks.find(table + "." + name);
    if (proven != judge.state().not_null_checks.end()) {
        judge.state().proven_not_null.insert(proven->second);
    }
}

void drop_constraint(StatementJudge& judge, std::string const& table, std::string const& name) {
    judge.lock(Lock::access_exclusive, table);
    judge.note({rule::drop_constraint, Phase::expand, Safety::review, table + "." + name,
                "drops constraint " + name + " of " + table, false, judge.offset_of(name)});
}

void judge_key(StatementJudge& judge, std::string const& table, Json const& constraint) {
    if (text_at(constraint, "contype") == "CONSTR_FOREIGN") {
        std::string const name = text_at(constraint, "conname");
        add_foreign_key(judge, table, constraint, table + "." + (name.empty() ? "(unnamed)" : name));
    }
}

} // namespace

bool judge_constraint_command(StatementJudge& judge, std::string const& table, std::string const& kind,
                              Json const& command) {
    std::string const name = text_at(command, "name");
    if (kind == "AT_AddConstraint") {
        add_constraint(judge, table, at(at(command, "def"), "Constraint"));
    } else if (kind == "AT_ValidateConstraint") {
        validate(judge, table, name);
    } else if (kind == "AT_DropConstraint") {
        drop_constraint(judge, table, name);
    } else {
        return false;
    }
    return true;
}

void judge_new_table_keys(StatementJudge& judge, std::string const& table, Json const& create) {
    // A table that may be there already is not new, yet its keys are made together with it or not at all.
    bool const counted = judge.state().new_tables.insert(table).second;
    for (auto const& element : at(create, "tableElts")) {
        judge_key(judge, table, at(element, "Constraint"));
        Json const& column = at(element, "ColumnDef");
        judge.added(text_at(column, "colname"));
        for (auto const& item : at(column, "constraints")) {
            judge_key(judge, table, at(item, "Constraint"));
        }
    }
    if (counted) {
        judge.state().new_tables.erase(table);
    }
}

} // namespace sluice::split_check
