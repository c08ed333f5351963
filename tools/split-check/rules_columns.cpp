#include "tools/split-check/rules_columns.hpp"

#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <array>

namespace sluice::split_check {

namespace {

// Functions whose value is the same for all rows of one statement. Source: pg_proc.provolatile in ('i', 's') of
// PostgreSQL 15, those that people use in defaults.
constexpr std::array<std::string_view, 24> k_stable{"now",
                                                    "transaction_timestamp",
                                                    "statement_timestamp",
                                                    "lower",
                                                    "upper",
                                                    "concat",
                                                    "coalesce",
                                                    "current_setting",
                                                    "to_char",
                                                    "date_trunc",
                                                    "to_jsonb",
                                                    "jsonb_build_object",
                                                    "make_interval",
                                                    "make_date",
                                                    "array_append",
                                                    "current_user",
                                                    "md5",
                                                    "length",
                                                    "timezone",
                                                    "date_part",
                                                    "jsonb_build_array",
                                                    "json_build_object",
                                                    "abs",
                                                    "to_timestamp"};

bool is_stable_function(std::string name) {
    if (name.starts_with("pg_catalog.")) {
        name.erase(0, 11);
    }
    return std::find(k_stable.begin(), k_stable.end(), name) != k_stable.end();
}

// Depth is bounded: the parser itself refuses deeper nesting than its own stack holds, ours is smaller.
constexpr int k_deepest = 200;

bool holds_volatile(Json const& node, int depth) {
    if (depth > k_deepest) {
        return true;
    }
    if (node.is_array()) {
        return std::any_of(node.begin(), node.end(), [&](Json const& item) { return holds_volatile(item, depth + 1); });
    }
    if (!node.is_object()) {
        return false;
    }
    if (node.contains("FuncCall") && !is_stable_function(name_of_list(at(node["FuncCall"], "funcname")))) {
        return true;
    }
    return std::any_of(node.begin(), node.end(), [&](Json const& item) { return holds_volatile(item, depth + 1); });
}

struct ColumnFacts {
    bool not_null = false;
    bool has_default = false;
    bool null_default = false;
    bool volatile_default = false;
    bool identity = false;
    bool generated = false;
    bool check = false;
    bool unique = false;
    std::string references{};
};

bool is_null_constant(Json const& expression) {
    Json const& inner = expression.contains("TypeCast") ? at(expression["TypeCast"], "arg") : expression;
    return flag_at(at(inner, "A_Const"), "isnull");
}

ColumnFacts facts_of(Json const& column) {
    ColumnFacts facts;
    for (auto const& item : at(column, "constraints")) {
        Json const& constraint = at(item, "Constraint");
        std::string const kind = text_at(constraint, "contype");
        Json const& expression = at(constraint, "raw_expr");
        facts.not_null = facts.not_null || kind == "CONSTR_NOTNULL" || kind == "CONSTR_PRIMARY";
        facts.identity = facts.identity || kind == "CONSTR_IDENTITY";
        facts.generated = facts.generated || kind == "CONSTR_GENERATED";
        facts.check = facts.check || kind == "CONSTR_CHECK";
        facts.unique = facts.unique || kind == "CONSTR_UNIQUE" || kind == "CONSTR_PRIMARY";
        if (kind == "CONSTR_DEFAULT") {
            facts.null_default = is_null_constant(expression);
            facts.has_default = !facts.null_default;
            facts.volatile_default = is_volatile(expression);
        }
        if (kind == "CONSTR_FOREIGN") {
            facts.references = table_of(at(constraint, "pktable"));
        }
    }
    return facts;
}

std::string type_name(Json const& column) { return lower(name_of_list(at(at(column, "typeName"), "names"))); }

bool is_serial(std::string const& type) {
    constexpr std::array<std::string_view, 6> names{"serial",  "bigserial", "smallserial",
                                                    "serial4", "serial8",   "serial2"};
    return std::find(names.begin(), names.end(), type) != names.end();
}

// A type without a schema of the system's own may be a domain, whose CHECK rewrites the table.
bool may_be_domain(Json const& column) {
    std::string const type = type_name(column);
    constexpr std::array<std::string_view, 51> known{
        "text",     "uuid",      "json",        "jsonb",     "date",     "bytea",    "inet",      "cidr",
        "money",    "citext",    "hstore",      "xml",       "tsvector", "tsquery",  "int4range", "int8range",
        "numrange", "tsrange",   "tstzrange",   "daterange", "point",    "polygon",  "box",       "circle",
        "macaddr",  "oid",       "regclass",    "ltree",     "vector",   "geometry", "geography", "name",
        "bool",     "int2",      "int4",        "int8",      "float4",   "float8",   "numeric",   "varchar",
        "bpchar",   "timestamp", "timestamptz", "time",      "timetz",   "interval", "bit",       "varbit",
        "line",     "lseg",      "path"};
    return !type.starts_with("pg_catalog.") && !is_serial(type) &&
           std::find(known.begin(), known.end(), type) == known.end();
}

void judge_default(StatementJudge& judge, std::string const& column, std::string const& what, ColumnFacts const& facts,
                   std::size_t offset) {
    if (facts.volatile_default) {
        judge.note({rule::add_column_volatile_default, Phase::never, Safety::unsafe, column,
                    what + " with a default that differs from row to row", false, offset});
    } else if (facts.has_default && judge.version() < 11) {
        judge.note({rule::add_column_default, Phase::never, Safety::unsafe, column,
                    what + " with a default before version 11", false, offset});
    } else if (facts.not_null && !facts.has_default) {
        judge.note({rule::add_required_column, Phase::never, Safety::unsafe, column,
                    what + " as NOT NULL without a default", false, offset});
    }
}

void judge_column_constraints(StatementJudge& judge, std::string const& column, std::string const& what,
                              ColumnFacts const& facts, std::size_t offset) {
    if (facts.unique) {
        judge.note({rule::add_unique, Phase::contract, Safety::unsafe, column, what + " with an index for uniqueness",
                    false, offset});
    }
    if (!facts.references.empty() && !judge.is_new(facts.references)) {
        judge.lock(Lock::share_row_exclusive, facts.references);
        judge.note({rule::add_column_references, Phase::expand, Safety::review, column,
                    what + " that references " + facts.references, false, offset});
    }
    if (facts.check) {
        judge.note(
            {rule::add_column_check, Phase::expand, Safety::review, column, what + " with a CHECK", false, offset});
    }
}

void judge_column_type(StatementJudge& judge, std::string const& column, std::string const& what, Json const& def,
                       std::size_t offset) {
    std::string const type = type_name(def);
    if (type == "json" || type == "pg_catalog.json") {
        judge.note(
            {rule::add_json_column, Phase::never, Safety::unsafe, column, what + " of type json", false, offset});
    } else if (may_be_domain(def)) {
        judge.note({rule::domain_constraint, Phase::expand, Safety::review, column,
                    what + " of type " + type + ", which may be a domain with a CHECK", false, offset});
    }
}

} // namespace

bool is_volatile(Json const& expression) { return holds_volatile(expression, 0); }

void judge_add_column(StatementJudge& judge, std::string const& table, Json const& column) {
    std::string const name = text_at(column, "colname");
    std::string const object = table + "." + name;
    judge.added(name);
    judge.phase(Phase::expand);
    if (judge.is_new(table)) {
        return;
    }
    judge.lock(Lock::access_exclusive, table);
    ColumnFacts const facts = facts_of(column);
    std::size_t const offset = StatementJudge::location(column);
    std::string const what = "adds column " + object;
    if (is_serial(type_name(column)) || facts.identity) {
        judge.note({rule::add_serial_column, Phase::never, Safety::unsafe, object, what + " that numbers the rows",
                    false, offset});
    } else if (facts.generated) {
        judge.note({rule::add_generated_column, Phase::never, Safety::unsafe, object, what + " that is computed", false,
                    offset});
    } else {
        judge_default(judge, object, what, facts, offset);
    }
    judge_column_constraints(judge, object, what, facts, offset);
    judge_column_type(judge, object, what, column, offset);
}

void judge_change_type(StatementJudge& judge, std::string const& table, Json const& command) {
    Json const& column = at(at(command, "def"), "ColumnDef");
    std::string const object = table + "." + text_at(command, "name");
    std::string const type = type_name(column);
    if (judge.is_new(table)) {
        judge.phase(Phase::expand);
        return;
    }
    judge.lock(Lock::access_exclusive, table);
    // text and varchar without a length take the bytes of any character type as they are.
    bool const unbounded =
        type == "text" || (type == "pg_catalog.varchar" && !at(column, "typeName").contains("typmods"));
    bool const converts = column.contains("raw_default");
    if (unbounded && !converts) {
        judge.phase(Phase::expand);
        return;
    }
    judge.note({rule::change_type, Phase::never, converts ? Safety::unsafe : Safety::review, object,
                "changes the type of " + object + " to " + type + (converts ? " by an expression" : ""), false,
                judge.offset_of(text_at(command, "name"))});
}

} // namespace sluice::split_check
