#include "common/snapshot/index_statements.hpp"

#include "common/postgres/quote.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace sluice::snapshot {

namespace {

/// Reads a statement from the left, as pg_dump writes it; a step that does not fit is empty or false.
class Reader {
  public:
    explicit Reader(std::string_view text) : m_rest(text) {}

    bool skip(std::string_view expected) {
        if (!m_rest.starts_with(expected)) {
            return false;
        }
        m_rest.remove_prefix(expected.size());
        return true;
    }
    std::optional<std::string> identifier() { return skip("\"") ? quoted() : bare(); }

  private:
    std::optional<std::string> bare() {
        std::size_t const end = std::min(m_rest.find_first_of(" .,();\n\""), m_rest.size());
        std::string name(m_rest.substr(0, end));
        m_rest.remove_prefix(end);
        return name.empty() ? std::nullopt : std::optional(std::move(name));
    }
    std::optional<std::string> quoted() {
        std::string name;
        for (;;) {
            std::size_t const end = m_rest.find('"');
            if (end == std::string_view::npos) {
                return std::nullopt;
            }
            name += m_rest.substr(0, end);
            m_rest.remove_prefix(end + 1);
            if (!skip("\"")) {
                return name;
            }
            name += '"';
        }
    }
    std::string_view m_rest;
};

bool read_table(Reader& reader, IndexStatement& statement) {
    auto schema = reader.identifier();
    if (!schema || !reader.skip(".")) {
        return false;
    }
    auto table = reader.identifier();
    statement.schema = std::move(*schema);
    statement.table = table.value_or("");
    return table.has_value();
}

bool read_index(Reader& reader, IndexStatement& statement) {
    if (!reader.skip("CREATE INDEX ") && !reader.skip("CREATE UNIQUE INDEX ")) {
        return false;
    }
    if (!reader.identifier() || !reader.skip(" ON ") || !read_table(reader, statement) || !reader.skip(" USING ")) {
        return false;
    }
    statement.method = reader.identifier().value_or("");
    return !statement.method.empty();
}

bool read_constraint(Reader& reader, IndexStatement& statement) {
    return reader.skip("ALTER TABLE ONLY ") && read_table(reader, statement) && reader.skip("\n    ADD CONSTRAINT ");
}

// "a, b" up to the closing parenthesis; anything between them, such as WITHOUT OVERLAPS, does not fit.
std::optional<std::string> read_columns(Reader& reader) {
    std::string columns;
    do {
        auto const column = reader.identifier();
        if (!column) {
            return std::nullopt;
        }
        columns += (columns.empty() ? "" : ", ") + postgres::quote_identifier(*column);
    } while (reader.skip(", "));
    return reader.skip(");") ? std::optional(columns) : std::nullopt;
}

std::optional<std::string> read_uniqueness(Reader& reader) {
    for (char const* kind : {"PRIMARY KEY", "UNIQUE"}) {
        if (reader.skip(std::string(" ") + kind + " (")) {
            return kind;
        }
    }
    return std::nullopt;
}

// The index by itself, and then the constraint on top of it. `reader` stands before the constraint's name.
std::vector<IndexStatement> in_two_steps(Reader reader, IndexStatement const& constraint) {
    auto const name = reader.identifier();
    auto const kind = read_uniqueness(reader);
    auto const columns = kind ? read_columns(reader) : std::nullopt;
    if (!name || !columns) {
        return {constraint};
    }
    std::string const index = postgres::quote_identifier(*name);
    std::string const table =
        postgres::quote_identifier(constraint.schema) + "." + postgres::quote_identifier(constraint.table);
    IndexStatement first = constraint;
    first.toc_line.clear();
    first.method = "btree";
    first.sql = "CREATE UNIQUE INDEX " + index + " ON " + table + " (" + *columns + ");";
    IndexStatement second = constraint;
    second.sql = "ALTER TABLE ONLY " + table + " ADD CONSTRAINT " + index + " " + *kind + " USING INDEX " + index + ";";
    return {first, second};
}

// Names that hold these signs only cost their index the early start.
bool is_one_plain_statement(std::string_view sql) {
    return std::count(sql.begin(), sql.end(), '(') == 1 && sql.find(" WHERE ") == std::string_view::npos &&
           sql.find(';') == sql.size() - 1;
}

std::vector<IndexStatement> steps_of(ScriptEntry const& entry) {
    if (!is_one_plain_statement(entry.sql)) {
        return {};
    }
    IndexStatement statement{.toc_line = entry.toc_line, .sql = entry.sql};
    if (Reader reader(entry.sql); read_index(reader, statement)) {
        return {statement};
    }
    if (Reader reader(entry.sql); read_constraint(reader, statement)) {
        return in_two_steps(reader, statement);
    }
    return {};
}

} // namespace

std::vector<IndexStatement> plain_index_statements(std::vector<ScriptEntry> const& entries) {
    std::vector<IndexStatement> statements;
    for (auto const& entry : entries) {
        auto steps = steps_of(entry);
        std::move(steps.begin(), steps.end(), std::back_inserter(statements));
    }
    return statements;
}

} // namespace sluice::snapshot
