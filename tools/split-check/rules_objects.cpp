#include "tools/split-check/sql_judge.hpp"

#include "tools/split-check/sql_text.hpp"

namespace sluice::split_check {

namespace {

// "OBJECT_MATVIEW" -> "materialized view" and so on, for people.
std::string kind_of(std::string const& object_type) {
    if (object_type == "OBJECT_MATVIEW") {
        return "materialized view";
    }
    std::string kind = object_type.starts_with("OBJECT_") ? lower(object_type.substr(7)) : "object";
    for (char& c : kind) {
        c = c == '_' ? ' ' : c;
    }
    return kind;
}

// What stands behind the last point: the name that code writes.
std::string last_part(std::string const& name) {
    std::size_t const point = name.rfind('.');
    return point == std::string::npos ? name : name.substr(point + 1);
}

std::string dropped_name(Json const& object) {
    Json const& with_arguments = at(object, "ObjectWithArgs");
    if (with_arguments.is_object()) {
        return name_of_list(at(with_arguments, "objname"));
    }
    Json const& type = at(object, "TypeName");
    return type.is_object() ? name_of_list(at(type, "names")) : name_of_list(object);
}

void drop_table(StatementJudge& judge, std::string const& table, bool cascade) {
    if (judge.is_new(table)) {
        judge.state().new_tables.erase(table);
        return;
    }
    judge.dropped(last_part(table));
    judge.lock(Lock::access_exclusive, table);
    judge.note({rule::drop_table, Phase::contract, cascade ? Safety::unsafe : Safety::review, table,
                "drops table " + table + (cascade ? " and all that depends on it" : ""), true, judge.offset_of(table)});
}

void drop_index(StatementJudge& judge, std::string const& index, bool concurrent) {
    judge.phase(Phase::contract);
    if (!concurrent) {
        judge.lock(Lock::access_exclusive, index);
        judge.note({rule::drop_index, Phase::contract, Safety::review, index, "drops index " + index, false,
                    judge.offset_of(last_part(index))});
    }
}

// What hangs on a table is named table.name: a trigger, rule or policy.
void drop_behaviour(StatementJudge& judge, std::string const& kind, std::string const& name) {
    std::string const table = name.substr(0, name.rfind('.'));
    judge.lock(Lock::access_exclusive, table);
    judge.note({rule::trigger_rule_policy, Phase::contract, Safety::review, name, "drops " + kind + " " + name, false,
                judge.offset_of(last_part(name))});
}

void drop_other(StatementJudge& judge, std::string const& kind, std::string const& name, bool cascade) {
    // The sizes of what goes with a schema are anybody's guess; a sequence loses its place.
    bool const loses = kind == "schema" || kind == "materialized view" || kind == "sequence" || kind == "extension";
    judge.dropped(last_part(name));
    if (kind == "view" || kind == "materialized view" || kind == "sequence" || kind == "foreign table") {
        judge.lock(Lock::access_exclusive, name);
    }
    judge.note({rule::drop_object, Phase::contract, cascade ? Safety::unsafe : Safety::review, name,
                "drops " + kind + " " + name + (cascade ? " and all that depends on it" : ""), loses,
                judge.offset_of(last_part(name))});
}

void drop_objects(StatementJudge& judge) {
    std::string const type = text_at(judge.node(), "removeType");
    std::string const kind = kind_of(type);
    bool const cascade = text_at(judge.node(), "behavior") == "DROP_CASCADE";
    judge.phase(Phase::contract);
    for (auto const& object : at(judge.node(), "objects")) {
        std::string const name = dropped_name(object);
        if (type == "OBJECT_TABLE") {
            drop_table(judge, name, cascade);
        } else if (type == "OBJECT_INDEX") {
            drop_index(judge, name, flag_at(judge.node(), "concurrent"));
        } else if (type == "OBJECT_TRIGGER" || type == "OBJECT_RULE" || type == "OBJECT_POLICY") {
            drop_behaviour(judge, kind, name);
        } else {
            drop_other(judge, kind, name, cascade);
        }
    }
}

std::string renamed_thing(Json const& node, std::string const& kind) {
    std::string const table = at(node, "relation").is_object() ? table_of(at(node, "relation")) : "";
    std::string const part = text_at(node, "subname");
    std::string const listed = name_of_list(at(node, "object"));
    if (kind == "column" || kind == "attribute" || kind == "tabconstraint" || kind == "trigger") {
        return table + "." + part;
    }
    return !table.empty() ? table : !part.empty() ? part : listed;
}

bool is_only_a_label(std::string const& kind) {
    return kind == "index" || kind == "tabconstraint" || kind == "trigger" || kind == "policy" || kind == "rule";
}

} // namespace

void judge_drop(StatementJudge& judge) {
    std::string const& type = judge.statement().type;
    if (type == "DropStmt") {
        drop_objects(judge);
    } else if (type == "DropdbStmt") {
        drop_other(judge, "database", text_at(judge.node(), "dbname"), true);
    } else {
        judge.note({rule::drop_object, Phase::contract, Safety::unsafe, "", "drops all that a role owns", true});
    }
}

void judge_rename(StatementJudge& judge) {
    Json const& node = judge.node();
    bool const moves = judge.statement().type == "AlterObjectSchemaStmt";
    std::string const type = text_at(node, moves ? "objectType" : "renameType");
    std::string const kind = kind_of(type);
    std::string const name = renamed_thing(node, kind);
    std::string const table = at(node, "relation").is_object() ? table_of(at(node, "relation")) : "";
    std::string const target = moves ? text_at(node, "newschema") : text_at(node, "newname");
    if (!table.empty() && judge.is_new(table)) {
        judge.phase(Phase::expand);
        return;
    }
    if (!table.empty() && kind != "index") {
        judge.lock(Lock::access_exclusive, table);
    }
    if (is_only_a_label(kind) && !moves) {
        judge.phase(Phase::expand);
        return;
    }
    judge.dropped(last_part(name));
    judge.note({rule::rename, Phase::never, Safety::unsafe, name,
                (moves ? "moves " + kind + " " + name + " into schema " + target
                       : "renames " + kind + " " + name + " to " + target),
                false, judge.offset_of(last_part(name))});
}

} // namespace sluice::split_check
