#include "tools/split-check/sql_judge.hpp"

#include "tools/split-check/sql_text.hpp"

#include <algorithm>

namespace sluice::split_check {

namespace {

void vacuum(StatementJudge& judge) {
    auto const& options = at(judge.node(), "options");
    bool const full = std::any_of(options.begin(), options.end(),
                                  [](Json const& item) { return text_at(at(item, "DefElem"), "defname") == "full"; });
    if (!full) {
        return;
    }
    for (auto const& item : at(judge.node(), "rels")) {
        std::string const table = table_of(at(at(item, "VacuumRelation"), "relation"));
        judge.lock(Lock::access_exclusive, table);
        judge.note({rule::rewrite_table, Phase::never, Safety::unsafe, table, "VACUUM FULL of " + table});
    }
    if (at(judge.node(), "rels").is_null()) {
        judge.note({rule::rewrite_table, Phase::never, Safety::unsafe, "", "VACUUM FULL of the whole database"});
    }
}

void cluster(StatementJudge& judge) {
    std::string const table = table_of(at(judge.node(), "relation"));
    judge.lock(Lock::access_exclusive, table);
    judge.note({rule::rewrite_table, Phase::never, Safety::unsafe, table, "CLUSTER of " + table});
}

void refresh(StatementJudge& judge) {
    std::string const view = table_of(at(judge.node(), "relation"));
    judge.phase(Phase::data);
    if (flag_at(judge.node(), "concurrent")) {
        return;
    }
    judge.lock(Lock::access_exclusive, view);
    judge.note({rule::refresh_view, Phase::data, Safety::unsafe, view, "refreshes materialized view " + view});
}

void trigger(StatementJudge& judge, Lock lock, std::string const& what, std::string const& name_key) {
    std::string const table = table_of(at(judge.node(), judge.node().contains("table") ? "table" : "relation"));
    judge.phase(Phase::expand);
    if (judge.is_new(table)) {
        return;
    }
    judge.lock(lock, table);
    std::string const name = text_at(judge.node(), name_key.c_str());
    judge.note({rule::trigger_rule_policy, Phase::expand, Safety::review, table + "." + name,
                what + " " + name + " on " + table});
}

void grant(StatementJudge& judge) {
    bool const gives = flag_at(judge.node(), "is_grant");
    judge.phase(gives ? Phase::expand : Phase::contract);
    if (!gives) {
        judge.note({rule::revoke_or_owner, Phase::contract, Safety::review, "", "takes rights away"});
    }
}

void default_privileges(StatementJudge& judge) {
    bool const gives = flag_at(at(judge.node(), "action"), "is_grant");
    judge.phase(gives ? Phase::expand : Phase::contract);
    if (!gives) {
        judge.note({rule::revoke_or_owner, Phase::contract, Safety::review, "", "takes default rights away"});
    }
}

void routine(StatementJudge& judge) {
    std::string const name = name_of_list(at(judge.node(), "funcname"));
    judge.phase(Phase::expand);
    judge.added(name);
    if (flag_at(judge.node(), "replace")) {
        judge.note({rule::replace_routine, Phase::expand, Safety::review, name, "replaces function " + name});
    }
}

void view(StatementJudge& judge) {
    std::string const name = table_of(at(judge.node(), "view"));
    judge.phase(Phase::expand);
    judge.added(name);
    if (flag_at(judge.node(), "replace")) {
        judge.lock(Lock::access_exclusive, name);
        judge.note({rule::replace_routine, Phase::expand, Safety::review, name, "replaces view " + name});
    }
}

} // namespace

void judge_maintenance(StatementJudge& judge) {
    std::string const& type = judge.statement().type;
    if (type == "VacuumStmt") {
        vacuum(judge);
    } else if (type == "ClusterStmt") {
        cluster(judge);
    } else if (type == "RefreshMatViewStmt") {
        refresh(judge);
    } else {
        judge.note({rule::rewrite_table, Phase::never, Safety::unsafe, "", "moves all tables of a tablespace"});
    }
}

void judge_behaviour(StatementJudge& judge) {
    std::string const& type = judge.statement().type;
    if (type == "CreateTrigStmt") {
        trigger(judge, Lock::share_row_exclusive, "creates trigger", "trigname");
    } else if (type == "RuleStmt") {
        trigger(judge, Lock::access_exclusive, "creates rule", "rulename");
    } else if (type == "CreatePolicyStmt" || type == "AlterPolicyStmt") {
        trigger(judge, Lock::access_exclusive, type == "CreatePolicyStmt" ? "creates policy" : "changes policy",
                "policy_name");
        judge.state().tables_with_policy.insert(table_of(at(judge.node(), "table")));
    } else if (type == "GrantStmt" || type == "GrantRoleStmt") {
        grant(judge);
    } else if (type == "AlterDefaultPrivilegesStmt") {
        default_privileges(judge);
    } else if (type == "CreateFunctionStmt") {
        routine(judge);
    } else if (type == "ViewStmt") {
        view(judge);
    } else if (type == "AlterFunctionStmt") {
        judge.note({rule::replace_routine, Phase::expand, Safety::review, "", "changes a function's properties"});
    } else if (type == "AlterOwnerStmt" || type == "ReassignOwnedStmt") {
        judge.note({rule::revoke_or_owner, Phase::contract, Safety::review, "", "changes an owner"});
    } else {
        judge.note({rule::revoke_or_owner, Phase::contract, Safety::review, "", "changes a role or an extension"});
    }
}

} // namespace sluice::split_check
