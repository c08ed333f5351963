#include "tools/split-check/style_rules.hpp"

#include "tools/split-check/sql_text.hpp"

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

void note_column(Json const& column, std::vector<Note>& notes) {
    std::string const name = text_at(column, "colname");
    std::string const remark = remark_on_type(lower(name_of_list(at(at(column, "typeName"), "names"))));
    std::size_t const offset = StatementJudge::location(column);
    if (!remark.empty()) {
        notes.push_back(
            {rule::style, Phase::none, Safety::safe, name, "column " + name + ": " + remark, false, offset});
    }
    if (name.size() > k_longest_name) {
        notes.push_back(
            {rule::style, Phase::none, Safety::safe, name, "the name is longer than 63 bytes", false, offset});
    }
}

} // namespace

std::vector<Note> style_notes(SqlStatement const& statement) {
    std::vector<Note> notes;
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
