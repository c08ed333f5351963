#include "tools/split-check/sql_judge.hpp"

namespace sluice::split_check {

namespace {

void create_domain(StatementJudge& judge) {
    std::string const name = name_of_list(at(judge.node(), "domainname"));
    judge.phase(Phase::expand);
    judge.added(name);
    for (auto const& item : at(judge.node(), "constraints")) {
        std::string const kind = text_at(at(item, "Constraint"), "contype");
        if (kind == "CONSTR_CHECK" || kind == "CONSTR_NOTNULL") {
            judge.note({rule::domain_constraint, Phase::expand, Safety::review, name,
                        "creates domain " + name + " with a rule: a column of it rewrites its table"});
            return;
        }
    }
}

// Subtypes are letters: C adds a constraint, O sets NOT NULL, V validates, T sets a default, N and X loosen.
// Source: src/include/nodes/parsenodes.h, AlterDomainStmt.
void alter_domain(StatementJudge& judge) {
    std::string const name = name_of_list(at(judge.node(), "typeName"));
    std::string const kind = text_at(judge.node(), "subtype");
    bool const not_valid = flag_at(at(at(judge.node(), "def"), "Constraint"), "skip_validation");
    if (kind == "C" || kind == "O") {
        judge.note({rule::domain_constraint, Phase::never, not_valid ? Safety::review : Safety::unsafe, name,
                    "tightens domain " + name});
    } else if (kind == "V") {
        judge.note({rule::domain_constraint, Phase::none, Safety::review, name, "validates domain " + name});
    } else {
        judge.note({rule::domain_constraint, Phase::expand, Safety::review, name, "changes domain " + name});
    }
}

void alter_enum(StatementJudge& judge) {
    std::string const name = name_of_list(at(judge.node(), "typeName"));
    std::string const old_value = text_at(judge.node(), "oldVal");
    std::string const new_value = text_at(judge.node(), "newVal");
    if (!old_value.empty()) {
        judge.dropped(old_value);
        judge.note({rule::rename, Phase::never, Safety::unsafe, name,
                    "renames value " + old_value + " of type " + name + " to " + new_value});
        return;
    }
    bool const refused = judge.version() < 12 && judge.settings().one_transaction;
    judge.note(
        {rule::add_enum_value, Phase::expand, refused ? Safety::unsafe : Safety::review, name,
         "adds value " + new_value + " to type " + name +
             (refused ? " inside a transaction, which version " + std::to_string(judge.version()) + " refuses" : "")});
}

} // namespace

void judge_types(StatementJudge& judge) {
    std::string const& type = judge.statement().type;
    if (type == "CreateDomainStmt") {
        create_domain(judge);
    } else if (type == "AlterDomainStmt") {
        alter_domain(judge);
    } else {
        alter_enum(judge);
    }
}

} // namespace sluice::split_check
