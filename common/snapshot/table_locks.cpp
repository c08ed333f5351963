#include "common/snapshot/table_locks.hpp"

#include "common/postgres/failure.hpp"

#include <algorithm>
#include <array>

namespace sluice::snapshot {

namespace {

constexpr std::size_t k_tables_per_statement = 500;
constexpr std::string_view k_tables_changed = "tables changed ";
// PostgreSQL's appendix A: lock_not_available, deadlock_detected, undefined_table, invalid_schema_name.
constexpr std::array<char const*, 4> k_conflicts{"55P03", "40P01", "42P01", "3F000"};

} // namespace

std::vector<std::string> lock_statements(std::vector<TableName> const& tables, std::string_view mode) {
    std::vector<std::string> statements;
    for (std::size_t begin = 0; begin < tables.size(); begin += k_tables_per_statement) {
        std::string names;
        for (std::size_t i = begin; i < std::min(begin + k_tables_per_statement, tables.size()); ++i) {
            names += (names.empty() ? "" : ", ") + ("ONLY " + tables[i].quoted_name);
        }
        statements.push_back("LOCK TABLE " + names + " IN " + std::string(mode) + " MODE");
    }
    return statements;
}

bool are_same_tables(std::vector<TableName> const& one, std::vector<TableName> const& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](TableName const& a, TableName const& b) { return a.oid == b.oid; });
}

tl::unexpected<Error> tables_changed(std::string const& how) {
    return fail(Errc::temporary, std::string(k_tables_changed) + how);
}

bool is_lock_conflict(Error const& error) {
    return error.message.starts_with(k_tables_changed) ||
           std::any_of(k_conflicts.begin(), k_conflicts.end(),
                       [&](char const* sqlstate) { return postgres::has_sqlstate(error, sqlstate); });
}

} // namespace sluice::snapshot
