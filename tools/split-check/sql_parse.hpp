#pragma once

#include "common/json/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// One statement of a file, parsed on its own so that a bad one does not hide the rest.
struct SqlStatement {
    std::size_t begin = 0; ///< offset in the file of its first word
    std::string text;
    std::string type{}; ///< the node's name, such as "AlterTableStmt"; empty when it was not parsed
    Json node{};
    std::string error{}; ///< why it was not parsed
    std::size_t error_offset = 0;
};

/// A file of more bytes is not read further than its size. Measured: the tree takes about seven times the input.
inline constexpr std::size_t k_largest_sql = std::size_t{8} * 1024 * 1024;

/// Splits with PostgreSQL's scanner and parses each statement with its grammar. Never fails: what cannot be parsed
/// comes back with `error`.
[[nodiscard]] std::vector<SqlStatement> parse_sql(std::string_view text);

/// The SQL inside a DO block or a PL/pgSQL function.
struct InnerSql {
    std::size_t line = 1; ///< within the body
    std::string text{};   ///< empty: built while it runs
};

/// Errors come back as one InnerSql without text. `statement` is the whole DO or CREATE FUNCTION.
[[nodiscard]] std::vector<InnerSql> sql_inside(std::string const& statement);

/// The grammar's version, such as "PostgreSQL 15".
[[nodiscard]] std::string grammar_version();

/// `node[key]`, or null where there is no such key.
[[nodiscard]] Json const& at(Json const& node, char const* key);
[[nodiscard]] std::string text_at(Json const& node, char const* key);
[[nodiscard]] bool flag_at(Json const& node, char const* key);

/// The text of a String node.
[[nodiscard]] std::string string_of(Json const& node);

/// "orders" for public.orders, else "schema.table", of a RangeVar or of a list of names.
[[nodiscard]] std::string table_of(Json const& range_var);
[[nodiscard]] std::string name_of_list(Json const& names);

} // namespace sluice::split_check
