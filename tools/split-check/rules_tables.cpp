#include "tools/split-check/rules_columns.hpp"
#include "tools/split-check/rules_constraints.hpp"
#include "tools/split-check/sql_text.hpp"

namespace sluice::split_check {

namespace {

struct AlterCommand {
    Json const& node;
    std::string const& table;
    std::string kind;
    std::string name;
};

void drop_column(StatementJudge& judge, AlterCommand const& command) {
    std::string const object = command.table + "." + command.name;
    bool const cascade = text_at(command.node, "behavior") == "DROP_CASCADE";
    judge.dropped(command.name);
    judge.lock(Lock::access_exclusive, command.table);
    judge.note({rule::drop_column, Phase::contract, cascade ? Safety::unsafe : Safety::review, object,
                "drops column " + object + (cascade ? " and all that depends on it" : ""), true,
                judge.offset_of(command.name)});
}

void set_not_null(StatementJudge& judge, AlterCommand const& command) {
    std::string const object = command.table + "." + command.name;
    judge.lock(Lock::access_exclusive, command.table);
    judge.phase(Phase::contract);
    if (judge.version() >= 12 && judge.state().proven_not_null.contains(object)) {
        return;
    }
    judge.note({rule::set_not_null, Phase::contract, Safety::unsafe, object, "sets " + object + " NOT NULL", false,
                judge.offset_of(command.name)});
}

// The grammar of 17 knows it; for that of 15 see rules_unparsed.cpp.
void set_expression(StatementJudge& judge, AlterCommand const& command) {
    std::string const object = command.table + "." + command.name;
    judge.lock(Lock::access_exclusive, command.table);
    judge.note({rule::add_generated_column, Phase::never, Safety::unsafe, object, "changes the expression of " + object,
                false, judge.offset_of(command.name)});
}

void change_default(StatementJudge& judge, AlterCommand const& command) {
    std::string const object = command.table + "." + command.name;
    bool const drops = !command.node.contains("def");
    judge.lock(Lock::access_exclusive, command.table);
    judge.note({rule::change_default, drops ? Phase::contract : Phase::expand, Safety::review, object,
                (drops ? "drops the default of " : "sets the default of ") + object, false,
                judge.offset_of(command.name)});
}

void drop_not_null(StatementJudge& judge, AlterCommand const& command) {
    std::string const object = command.table + "." + command.name;
    judge.lock(Lock::access_exclusive, command.table);
    judge.note({rule::drop_not_null, Phase::expand, Safety::review, object, "lets " + object + " be NULL", false,
                judge.offset_of(command.name)});
}

void rewrite(StatementJudge& judge, AlterCommand const& command, std::string const& what) {
    judge.lock(Lock::access_exclusive, command.table);
    judge.note({rule::rewrite_table, Phase::never, Safety::unsafe, command.table, what + " " + command.table});
}

void attach_partition(StatementJudge& judge, AlterCommand const& command) {
    std::string const child = table_of(at(at(at(command.node, "def"), "PartitionCmd"), "name"));
    judge.lock(Lock::share_update_exclusive, command.table);
    judge.phase(Phase::expand);
    if (judge.is_new(child)) {
        return;
    }
    judge.lock(Lock::access_exclusive, child);
    judge.note({rule::partition, Phase::expand, Safety::review, child,
                "attaches " + child + " to " + command.table + ", reading all of it"});
}

void detach_partition(StatementJudge& judge, AlterCommand const& command) {
    Json const& part = at(at(command.node, "def"), "PartitionCmd");
    std::string const child = table_of(at(part, "name"));
    bool const concurrent = flag_at(part, "concurrent") && judge.version() >= 14;
    judge.lock(concurrent ? Lock::share_update_exclusive : Lock::access_exclusive, command.table);
    if (!concurrent) {
        judge.lock(Lock::access_exclusive, child);
    }
    judge.note({rule::partition, Phase::contract, concurrent ? Safety::review : Safety::unsafe, child,
                "detaches " + child + " from " + command.table});
}

void change_trigger(StatementJudge& judge, AlterCommand const& command) {
    judge.lock(Lock::share_row_exclusive, command.table);
    judge.note({rule::trigger_rule_policy, Phase::contract, Safety::review, command.table,
                "switches triggers of " + command.table});
}

void change_row_security(StatementJudge& judge, AlterCommand const& command) {
    bool const hides_all = !judge.state().tables_with_policy.contains(command.table) &&
                           (command.kind == "AT_EnableRowSecurity" || command.kind == "AT_ForceRowSecurity");
    judge.lock(Lock::access_exclusive, command.table);
    judge.note({rule::trigger_rule_policy, Phase::contract, hides_all ? Safety::unsafe : Safety::review, command.table,
                "switches row security of " + command.table +
                    (hides_all ? ", for which this change makes no policy: all rows are hidden" : "")});
}

void add_identity(StatementJudge& judge, AlterCommand const& command) {
    judge.lock(Lock::access_exclusive, command.table);
    judge.note({rule::change_default, Phase::expand, Safety::review, command.table + "." + command.name,
                "changes how " + command.table + "." + command.name + " is numbered", false,
                judge.offset_of(command.name)});
}

bool is_harmless(std::string const& kind) {
    return kind == "AT_SetStatistics" || kind == "AT_SetRelOptions" || kind == "AT_ResetRelOptions" ||
           kind == "AT_SetOptions" || kind == "AT_ResetOptions" || kind == "AT_ClusterOn" || kind == "AT_DropCluster";
}

bool is_instant_under_strong_lock(std::string const& kind) {
    return kind == "AT_SetStorage" || kind == "AT_SetCompression" || kind == "AT_ReplicaIdentity";
}

bool judge_column_command(StatementJudge& judge, AlterCommand const& command) {
    if (command.kind == "AT_DropColumn") {
        drop_column(judge, command);
    } else if (command.kind == "AT_AlterColumnType") {
        judge_change_type(judge, command.table, command.node);
    } else if (command.kind == "AT_SetNotNull") {
        set_not_null(judge, command);
    } else if (command.kind == "AT_SetExpression") {
        set_expression(judge, command);
    } else if (command.kind == "AT_DropNotNull") {
        drop_not_null(judge, command);
    } else if (command.kind == "AT_ColumnDefault") {
        change_default(judge, command);
    } else if (command.kind == "AT_AddIdentity" || command.kind == "AT_SetIdentity" ||
               command.kind == "AT_DropIdentity" || command.kind == "AT_DropExpression") {
        add_identity(judge, command);
    } else {
        return false;
    }
    return true;
}

bool judge_storage_command(StatementJudge& judge, AlterCommand const& command) {
    if (command.kind == "AT_SetLogged" || command.kind == "AT_SetUnLogged") {
        rewrite(judge, command, "changes the logging of");
    } else if (command.kind == "AT_SetTableSpace") {
        rewrite(judge, command, "moves to another tablespace");
    } else if (command.kind == "AT_SetAccessMethod") {
        rewrite(judge, command, "changes the access method of");
    } else if (is_harmless(command.kind)) {
        judge.lock(Lock::share_update_exclusive, command.table);
        judge.phase(Phase::expand);
    } else if (is_instant_under_strong_lock(command.kind)) {
        judge.lock(Lock::access_exclusive, command.table);
        judge.phase(Phase::expand);
    } else {
        return false;
    }
    return true;
}

bool judge_other_command(StatementJudge& judge, AlterCommand const& command) {
    if (command.kind == "AT_AttachPartition") {
        attach_partition(judge, command);
    } else if (command.kind == "AT_DetachPartition" || command.kind == "AT_DetachPartitionFinalize") {
        detach_partition(judge, command);
    } else if (command.kind.find("Trig") != std::string::npos || command.kind.ends_with("Rule")) {
        change_trigger(judge, command);
    } else if (command.kind.ends_with("RowSecurity")) {
        change_row_security(judge, command);
    } else if (command.kind == "AT_ChangeOwner") {
        judge.lock(Lock::access_exclusive, command.table);
        judge.note({rule::revoke_or_owner, Phase::contract, Safety::review, command.table,
                    "gives " + command.table + " to another owner"});
    } else {
        return false;
    }
    return true;
}

void judge_command(StatementJudge& judge, AlterCommand const& command) {
    if (command.kind == "AT_AddColumn") {
        judge_add_column(judge, command.table, at(at(command.node, "def"), "ColumnDef"));
        return;
    }
    if (judge.is_new(command.table) && command.kind != "AT_AddConstraint") {
        judge.phase(Phase::expand);
        return;
    }
    bool const known = judge_column_command(judge, command) || judge_storage_command(judge, command) ||
                       judge_constraint_command(judge, command.table, command.kind, command.node) ||
                       judge_other_command(judge, command);
    if (!known) {
        judge.lock(Lock::access_exclusive, command.table);
        judge.note({rule::opaque, Phase::unknown, Safety::unknown, command.table,
                    "alters " + command.table + " in a way that no rule knows"});
    }
}

} // namespace

void judge_alter_table(StatementJudge& judge) {
    Json const& node = judge.node();
    std::string const table = table_of(at(node, "relation"));
    for (auto const& item : at(node, "cmds")) {
        Json const& command = at(item, "AlterTableCmd");
        judge_command(judge, {command, table, text_at(command, "subtype"), text_at(command, "name")});
    }
}

void judge_create_table(StatementJudge& judge) {
    Json const& node = judge.node();
    Json const& relation =
        judge.statement().type == "CreateTableAsStmt" ? at(at(node, "into"), "rel") : at(node, "relation");
    std::string const table = table_of(relation);
    judge.phase(Phase::expand);
    if (!flag_at(node, "if_not_exists")) {
        // With IF NOT EXISTS the table may be an old one, which statements further down would lock.
        judge.state().new_tables.insert(table);
    }
    judge.added(table);
    Json const& parents = at(node, "inhRelations");
    if (parents.is_array() && !parents.empty() && node.contains("partbound")) {
        std::string const parent = table_of(parents[0]);
        if (!judge.is_new(parent)) {
            judge.lock(Lock::access_exclusive, parent);
            judge.note({rule::partition, Phase::expand, Safety::review, table,
                        "creates " + table + " as a partition of " + parent});
        }
    }
    judge_new_table_keys(judge, table, node);
}

} // namespace sluice::split_check
