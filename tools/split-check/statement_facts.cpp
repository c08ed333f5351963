#include "tools/split-check/statement_facts.hpp"

#include "tools/split-check/sql_text.hpp"

#include <algorithm>

namespace sluice::split_check {

// PostgreSQL wants these outside transactions. Source: manual, the notes of each command.
bool is_concurrent(SqlStatement const& statement) {
    if (flag_at(statement.node, "concurrent") && statement.type != "RefreshMatViewStmt") {
        return true;
    }
    for (auto const& item : at(statement.node, "params")) {
        if (statement.type == "ReindexStmt" && text_at(at(item, "DefElem"), "defname") == "concurrently") {
            return true;
        }
    }
    Json const& commands = at(statement.node, "cmds");
    return std::any_of(commands.begin(), commands.end(), [](Json const& item) {
        return flag_at(at(at(at(item, "AlterTableCmd"), "def"), "PartitionCmd"), "concurrent");
    });
}

bool is_timeout(std::string const& name) { return name == "lock_timeout" || name == "statement_timeout"; }

bool sets_timeout(SqlStatement const& statement) {
    bool const sets = text_at(statement.node, "kind") == "VAR_SET_VALUE";
    Json const& arguments = at(statement.node, "args");
    // Zero means without a limit.
    bool const zero = arguments.is_array() && arguments.size() == 1 &&
                      (text_at(at(at(arguments[0], "A_Const"), "sval"), "sval") == "0" ||
                       at(at(arguments[0], "A_Const"), "ival") == Json::object());
    return sets && !zero;
}

bool is_begin(std::string const& kind) { return kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START"; }
bool is_end(std::string const& kind) { return kind == "TRANS_STMT_COMMIT" || kind == "TRANS_STMT_ROLLBACK"; }

std::string body_of(SqlStatement const& statement) {
    std::string const key = statement.type == "DoStmt" ? "args" : "options";
    for (auto const& item : at(statement.node, key.c_str())) {
        Json const& element = at(item, "DefElem");
        if (text_at(element, "defname") == "as") {
            Json const& value = at(element, "arg");
            Json const& list = at(at(value, "List"), "items");
            return list.is_array() && !list.empty() ? string_of(list[0]) : string_of(value);
        }
    }
    return {};
}

std::string language_of(SqlStatement const& statement) {
    std::string const key = statement.type == "DoStmt" ? "args" : "options";
    for (auto const& item : at(statement.node, key.c_str())) {
        if (text_at(at(item, "DefElem"), "defname") == "language") {
            return lower(string_of(at(at(item, "DefElem"), "arg")));
        }
    }
    return statement.type == "DoStmt" ? "plpgsql" : "sql";
}

} // namespace sluice::split_check
