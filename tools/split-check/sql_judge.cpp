#include "tools/split-check/sql_judge.hpp"

#include "tools/split-check/file_judge.hpp"
#include "tools/split-check/sql_prepare.hpp"
#include "tools/split-check/sql_text.hpp"

#include <functional>

namespace sluice::split_check {

namespace {

using Judge = void (*)(StatementJudge&);

void only_adds(StatementJudge& judge) { judge.phase(Phase::expand); }
void changes_nothing(StatementJudge&) {}

// Every kind of statement that is known. What is missing here is opaque, so a new kind is never safe by oversight.
std::map<std::string, Judge, std::less<>> const& judges() {
    static std::map<std::string, Judge, std::less<>> const table{
        {"AlterTableStmt", judge_alter_table},
        {"CreateStmt", judge_create_table},
        {"CreateTableAsStmt", judge_create_table},
        {"IndexStmt", judge_index},
        {"ReindexStmt", judge_index},
        {"DropStmt", judge_drop},
        {"DropdbStmt", judge_drop},
        {"DropOwnedStmt", judge_drop},
        {"RenameStmt", judge_rename},
        {"AlterObjectSchemaStmt", judge_rename},
        {"UpdateStmt", judge_rows},
        {"DeleteStmt", judge_rows},
        {"InsertStmt", judge_rows},
        {"MergeStmt", judge_rows},
        {"TruncateStmt", judge_rows},
        {"LockStmt", judge_rows},
        {"CopyStmt", judge_rows},
        {"SelectStmt", judge_rows},
        {"CallStmt", judge_rows},
        {"ExecuteStmt", judge_rows},
        {"PrepareStmt", judge_rows},
        {"VacuumStmt", judge_maintenance},
        {"ClusterStmt", judge_maintenance},
        {"RefreshMatViewStmt", judge_maintenance},
        {"AlterTableMoveAllStmt", judge_maintenance},
        {"CreateTrigStmt", judge_behaviour},
        {"RuleStmt", judge_behaviour},
        {"CreatePolicyStmt", judge_behaviour},
        {"AlterPolicyStmt", judge_behaviour},
        {"GrantStmt", judge_behaviour},
        {"GrantRoleStmt", judge_behaviour},
        {"AlterDefaultPrivilegesStmt", judge_behaviour},
        {"CreateFunctionStmt", judge_behaviour},
        {"AlterFunctionStmt", judge_behaviour},
        {"ViewStmt", judge_behaviour},
        {"AlterOwnerStmt", judge_behaviour},
        {"ReassignOwnedStmt", judge_behaviour},
        {"AlterRoleStmt", judge_behaviour},
        {"DropRoleStmt", judge_behaviour},
        {"AlterExtensionStmt", judge_behaviour},
        {"CreateDomainStmt", judge_types},
        {"AlterDomainStmt", judge_types},
        {"AlterEnumStmt", judge_types},
        {"CreateSchemaStmt", only_adds},
        {"CreateSeqStmt", only_adds},
        {"CreateEnumStmt", only_adds},
        {"CompositeTypeStmt", only_adds},
        {"CreateRangeStmt", only_adds},
        {"CreateExtensionStmt", only_adds},
        {"CreateStatsStmt", only_adds},
        {"CreateRoleStmt", only_adds},
        {"CommentStmt", only_adds},
        {"VariableSetStmt", changes_nothing},
        {"VariableShowStmt", changes_nothing},
        {"TransactionStmt", changes_nothing},
        {"NotifyStmt", changes_nothing},
        {"CheckPointStmt", changes_nothing},
        {"DiscardStmt", changes_nothing},
    };
    return table;
}

} // namespace

void judge_statement(StatementJudge& judge) {
    auto const place = judges().find(judge.statement().type);
    if (place != judges().end()) {
        place->second(judge);
        return;
    }
    judge.note({rule::opaque, Phase::unknown, Safety::unknown, "",
                "is a statement that no rule knows (" + judge.statement().type + ")"});
}

SqlReport judge_sql(std::string_view text, SqlSettings const& settings, SchemaState& state) {
    PreparedSql prepared = prepare_sql(text, settings.up_markers, settings.down_markers);
    prepared.text = settings.mysql ? with_standard_quotes(std::move(prepared.text)) : std::move(prepared.text);
    FileJudge file(prepared, settings, state);
    for (auto const& line : prepared.opaque) {
        file.opaque_line(line);
    }
    if (prepared.first_placeholder) {
        file.placeholder(*prepared.first_placeholder);
    }
    for (auto const& statement : parse_sql(prepared.text)) {
        file.take(statement);
    }
    return std::move(file).finish();
}

} // namespace sluice::split_check
