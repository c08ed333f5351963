#include "tools/split-check/style_rules.hpp"

#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <cctype>

namespace sluice::split_check {

namespace {

// Longer names are cut off by the server. Source: manual, NAMEDATALEN.
constexpr std::size_t k_longest_name = 63;

std::string remark_on_type(std::string const& type) {
    if (type == "pg_catalog.int2" || type == "pg_catalog.int4") {
        return "an integer of that size runs out; bigint costs little";
    }
    if (type == "pg_catalog.bpchar" || type == "pg_catalog.varchar") {
        return "text with a CHECK is easier to change than a length";
    }
    if (type == "serial" || type == "bigserial" || type == "smallserial") {
        return "an identity column is the standard's way to number rows";
    }
    return type == "pg_catalog.timestamp" ? "timestamptz keeps the moment, timestamp only the clock's face" : "";
}

Note remark(std::string const& name, std::string what, std::size_t offset) {
    return {rule::style, Phase::none, Safety::safe, name, std::move(what), false, offset};
}

void note_name(std::string const& name, std::size_t offset, std::vector<Note>& notes) {
    bool const plain = std::all_of(name.begin(), name.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    if (!plain) {
        notes.push_back(remark(name, "the name '" + name + "' must be quoted wherever it is used", offset));
    }
}

// The grammar cuts names off as the server would, so only the text still shows it.
void note_long_names(std::string_view text, std::vector<Note>& notes) {
    std::size_t length = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        bool const letter =
            at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
        if (!letter && length > k_longest_name) {
            std::string const name{text.substr(at - length, length)};
            notes.push_back(
                remark(name, "the name '" + name + "' is longer than 63 bytes and is cut off", at - length));
        }
        length = letter ? length + 1 : 0;
    }
}

void note_column(Json const& column, std::vector<Note>& notes) {
    std::string const name = text_at(column, "colname");
    std::string const why = remark_on_type(lower(name_of_list(at(at(column, "typeName"), "names"))));
    std::size_t const offset = StatementJudge::location(column);
    if (!why.empty()) {
        notes.push_back(remark(name, "column " + name + ": " + why, offset));
    }
    note_name(name, offset, notes);
}

void note_table(Json const& range_var, std::vector<Note>& notes) {
    std::string const name = text_at(range_var, "relname");
    if (text_at(range_var, "schemaname").empty()) {
        notes.push_back(remark(name, "table " + name + " is named without its schema, so search_path decides", 0));
    }
    note_name(name, 0, notes);
}

void note_drop(SqlStatement const& statement, std::vector<Note>& notes) {
    if (statement.type == "DropStmt" && !flag_at(statement.node, "missing_ok")) {
        notes.push_back(remark("", "DROP without IF EXISTS cannot be run a second time", 0));
    }
}

} // namespace

std::vector<Note> style_notes(SqlStatement const& statement) {
    std::vector<Note> notes;
    note_drop(statement, notes);
    note_long_names(statement.text, notes);
    if (statement.type == "CreateStmt") {
        note_table(at(statement.node, "relation"), notes);
    }
    for (auto const& element : at(statement.node, "tableElts")) {
        if (element.contains("ColumnDef")) {
            note_column(element["ColumnDef"], notes);
        }
    }
    for (auto const& item : at(statement.node, "cmds")) {
        Json const& definition = at(at(at(item, "AlterTableCmd"), "def"), "ColumnDef");
        if (text_at(at(item, "AlterTableCmd"), "subtype") == "AT_AddColumn") {
            note_column(definition, notes);
        }
    }
    return notes;
}

} // namespace sluice::split_check
