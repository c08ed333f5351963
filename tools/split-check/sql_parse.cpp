#include "tools/split-check/sql_parse.hpp"

#include "tools/split-check/sql_text.hpp"

#include <algorithm>
#include <memory>
#include <pg_query.h>

namespace sluice::split_check {

namespace {

// Beyond this many bytes of tree only the statement's kind is kept: a dump's INSERT would take a gigabyte.
constexpr std::size_t k_largest_tree = std::size_t{16} * 1024 * 1024;

std::string read_tree(std::string_view tree, SqlStatement& statement) {
    if (tree.size() > k_largest_tree) {
        bool const insert = tree.substr(0, 200).find("{\"InsertStmt\"") != std::string_view::npos;
        return insert ? "InsertStmt" : "";
    }
    auto document = Json::parse(tree, nullptr, false);
    Json const& statements = at(document, "stmts");
    if (!statements.is_array() || statements.size() != 1 || !at(statements[0], "stmt").is_object()) {
        return {};
    }
    Json const& node = at(statements[0], "stmt");
    statement.node = node.begin().value();
    return node.begin().key();
}

// The position counts characters from 1. Source: measured with libpg-query 15-4.0.0.
std::size_t byte_of_character(std::string_view text, int position) {
    std::size_t at_byte = 0;
    for (int left = position - 1; at_byte < text.size(); ++at_byte) {
        bool const begins = (static_cast<unsigned char>(text[at_byte]) & 0xC0U) != 0x80U;
        if (begins && left-- == 0) {
            break;
        }
    }
    return at_byte;
}

void parse_statement(SqlStatement& statement) {
    PgQueryParseResult const result = pg_query_parse(statement.text.c_str());
    if (result.error != nullptr) {
        statement.error = result.error->message == nullptr ? "syntax error" : result.error->message;
        statement.error_offset = byte_of_character(statement.text, result.error->cursorpos);
    } else {
        statement.type = read_tree(result.parse_tree, statement);
        statement.error = statement.type.empty() ? "its tree is too large or empty" : "";
    }
    pg_query_free_parse_result(result);
}

std::vector<SqlStatement> unreadable(std::string_view text, std::string why) {
    SqlStatement statement{skip_blanks(text, 0), std::string(text.substr(0, std::min<std::size_t>(text.size(), 200)))};
    statement.error = std::move(why);
    return {std::move(statement)};
}

// The constant in `'…'` with doubled quotes, or nothing.
bool read_constant(std::string const& expression, std::string& value) {
    std::size_t const begin = skip_blanks(expression, 0);
    if (begin >= expression.size()) {
        return false;
    }
    std::size_t const end = skip_quoted(expression, begin);
    if (end == begin || skip_blanks(expression, end) != expression.size()) {
        return false;
    }
    std::string_view const quoted = std::string_view(expression).substr(begin, end - begin);
    if (quoted.front() == '$') {
        std::size_t const tag = quoted.find('$', 1) + 1;
        value = quoted.substr(tag, quoted.size() - 2 * tag);
        return quoted.size() >= 2 * tag;
    }
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
        value += quoted[i];
        i += quoted[i] == '\'' ? 1 : 0;
    }
    return quoted.front() == '\'';
}

std::string query_of(Json const& node, char const* key) { return text_at(at(at(node, key), "PLpgSQL_expr"), "query"); }

void collect(Json const& node, std::vector<InnerSql>& found) {
    if (node.is_array()) {
        for (auto const& item : node) {
            collect(item, found);
        }
    }
    if (!node.is_object()) {
        return;
    }
    for (auto const& [key, value] : node.items()) {
        std::size_t const line = value.is_object() ? value.value("lineno", std::size_t{1}) : 1;
        if (key == "PLpgSQL_stmt_execsql") {
            found.push_back({line, query_of(value, "sqlstmt")});
        } else if (key == "PLpgSQL_stmt_dynexecute" || key == "PLpgSQL_stmt_dynfors") {
            std::string constant;
            bool const known = read_constant(query_of(value, "query"), constant);
            found.push_back({line, known ? constant : ""});
        } else if (key == "PLpgSQL_stmt_perform" || key == "PLpgSQL_stmt_call") {
            // PERFORM's query comes back as "SELECT …".
            found.push_back({line, query_of(value, "expr")});
        }
        collect(value, found);
    }
}

bool take_piece(std::string const& whole, std::size_t from, std::size_t to, std::vector<SqlStatement>& statements) {
    std::size_t const begin = skip_blanks(std::string_view(whole).substr(0, to), from);
    if (begin >= to) {
        return true;
    }
    statements.push_back({begin, whole.substr(begin, to - begin)});
    parse_statement(statements.back());
    return statements.back().error.empty();
}

void split_plainly(std::string const& whole, std::size_t from, std::size_t to, std::vector<SqlStatement>& statements) {
    std::string_view const text = std::string_view(whole).substr(0, to);
    while (from < to) {
        std::size_t const end = std::min(end_of_statement(text, from), to);
        take_piece(whole, from, end, statements);
        from = end + 1;
    }
}

// libpg-query's splitter counts parentheses: behind one that closes nothing it sees no semicolon, takes many statements
// for one, or drops the rest. Found by mutated input.
void take_split(std::string const& whole, std::size_t from, std::size_t to, std::vector<SqlStatement>& statements) {
    bool const read = take_piece(whole, from, to, statements);
    if (!read && end_of_statement(std::string_view(whole).substr(0, to), statements.back().begin) < to) {
        statements.pop_back();
        split_plainly(whole, from, to, statements);
    }
}

} // namespace

std::vector<SqlStatement> parse_sql(std::string_view text) {
    if (text.size() > k_largest_sql) {
        return unreadable(text, "the file is larger than 8 MiB");
    }
    if (text.find('\0') != std::string_view::npos) {
        return unreadable(text, "the file holds a NUL byte");
    }
    std::string const whole{text};
    PgQuerySplitResult const split = pg_query_split_with_scanner(whole.c_str());
    std::vector<SqlStatement> statements;
    if (split.error != nullptr) {
        statements = unreadable(text, split.error->message == nullptr ? "it cannot be split" : split.error->message);
    }
    std::size_t done = 0;
    for (int i = 0; split.error == nullptr && i < split.n_stmts; ++i) {
        auto const from = static_cast<std::size_t>(split.stmts[i]->stmt_location);
        std::size_t const to = from + static_cast<std::size_t>(split.stmts[i]->stmt_len);
        split_plainly(whole, done, from, statements);
        take_split(whole, from, to, statements);
        done = to;
    }
    if (split.error == nullptr) {
        split_plainly(whole, done, whole.size(), statements);
    }
    pg_query_free_split_result(split);
    return statements;
}

std::vector<InnerSql> sql_inside(std::string const& statement) {
    PgQueryPlpgsqlParseResult const result = pg_query_parse_plpgsql(statement.c_str());
    std::vector<InnerSql> found;
    if (result.error != nullptr || result.plpgsql_funcs == nullptr) {
        found.push_back({});
    } else {
        collect(Json::parse(result.plpgsql_funcs, nullptr, false), found);
    }
    pg_query_free_plpgsql_parse_result(result);
    return found;
}

std::string grammar_version() { return "PostgreSQL " PG_MAJORVERSION; }

Json const& at(Json const& node, char const* key) {
    static Json const nothing;
    if (!node.is_object()) {
        return nothing;
    }
    auto const place = node.find(key);
    return place == node.end() ? nothing : *place;
}

std::string text_at(Json const& node, char const* key) {
    Json const& value = at(node, key);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

bool flag_at(Json const& node, char const* key) {
    Json const& value = at(node, key);
    return value.is_boolean() && value.get<bool>();
}

std::string string_of(Json const& node) { return text_at(at(node, "String"), "sval"); }

std::string table_of(Json const& range_var) {
    Json const& inner = range_var.contains("RangeVar") ? range_var["RangeVar"] : range_var;
    std::string const schema = text_at(inner, "schemaname");
    std::string const name = text_at(inner, "relname");
    return schema.empty() || schema == "public" ? name : schema + "." + name;
}

std::string name_of_list(Json const& names) {
    Json const& items = names.is_object() && names.contains("List") ? at(names["List"], "items") : names;
    std::string name;
    if (!items.is_array()) {
        return string_of(items);
    }
    for (auto const& item : items) {
        std::string const part = string_of(item);
        if (!(name.empty() && part == "public" && items.size() > 1)) {
            name += (name.empty() ? "" : ".") + part;
        }
    }
    return name;
}

} // namespace sluice::split_check
