#include "tools/db-snapshot/mask_defaults.hpp"

#include "common/postgres/quote.hpp"

#include <algorithm>

namespace sluice::db_snapshot {

namespace {

// pg_dump quotes a name only where it must.
bool is_name(std::string_view written, std::string const& name) {
    return written == name || written == postgres::quote_identifier(name);
}

bool ends_with_name(std::string_view text, std::string const& name) {
    return text.ends_with(" " + name) || text.ends_with(" " + postgres::quote_identifier(name));
}

bool is_of_table(std::string_view before, DroppedDefault const& wanted) {
    std::size_t const at = before.rfind("TABLE ");
    if (at == std::string_view::npos) {
        return false;
    }
    std::string_view const written = before.substr(at + 6);
    for (auto const& schema : {wanted.schema, postgres::quote_identifier(wanted.schema)}) {
        for (auto const& table : {wanted.table, postgres::quote_identifier(wanted.table)}) {
            for (auto const& name : {schema + "." + table + " ", "ONLY " + schema + "." + table + " "}) {
                if (written.starts_with(name)) {
                    return true;
                }
            }
        }
    }
    return false;
}

// "    email text" at the end of what comes before a DEFAULT inside CREATE TABLE.
bool is_of_column(std::string_view before, std::string const& column) {
    std::size_t const line = before.rfind('\n');
    std::string_view text = before.substr(line == std::string_view::npos ? 0 : line + 1);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return is_name(text.substr(0, column.size()), column) ? text.substr(column.size()).starts_with(' ')
                                                          : text.starts_with(postgres::quote_identifier(column) + " ");
}

void blank(std::string& archive, std::size_t at, std::size_t size, std::string_view instead) {
    archive.replace(at, size, std::string(instead) + std::string(size - instead.size(), ' '));
}

std::size_t remove_one(std::string& archive, DroppedDefault const& wanted) {
    constexpr std::string_view setting = " SET";
    std::string const text = " DEFAULT " + wanted.sql;
    std::size_t removed = 0;
    for (std::size_t at = archive.find(text); at != std::string::npos; at = archive.find(text, at + text.size())) {
        std::string_view before = std::string_view(archive).substr(0, at);
        if (!is_of_table(before, wanted)) {
            continue;
        }
        if (before.ends_with(setting)) {
            before.remove_suffix(setting.size());
            if (ends_with_name(before, wanted.column)) {
                blank(archive, at - setting.size(), setting.size() + text.size(), " DROP DEFAULT");
                ++removed;
            }
        } else if (is_of_column(before, wanted.column)) {
            blank(archive, at, text.size(), "");
            ++removed;
        }
    }
    return removed;
}

} // namespace

bool holds_literal(std::string_view expression) {
    constexpr std::size_t long_number = 5;
    if (expression.starts_with("nextval('")) {
        return false;
    }
    std::size_t digits = 0;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        bool const digit = expression[at] >= '0' && expression[at] <= '9';
        digits = digit ? digits + 1 : 0;
        if (digits == long_number) {
            return true;
        }
        if (expression[at] == '\'') {
            if (at + 1 >= expression.size() || expression[at + 1] != '\'') {
                return true;
            }
            ++at; // an empty literal
        }
    }
    return false;
}

Result<void> remove_defaults(std::string& archive, std::vector<DroppedDefault> const& defaults) {
    for (auto const& one : defaults) {
        if (remove_one(archive, one) == 0 && !one.inherited) {
            return fail(Errc::internal, "the default of '" + one.plain_name() + "' is not where it was expected",
                        "Say \"default\": \"keep\" at the column if it may be in the snapshot, or drop it.");
        }
    }
    return {};
}

} // namespace sluice::db_snapshot
