#include "tools/db-restore-or-init/table_facts.hpp"

#include "common/json/json.hpp"
#include "common/postgres/quote.hpp"

namespace sluice::db_restore {

namespace {

using postgres::Session;
using postgres::text_of;
using postgres::truth_of;

using AllFacts = std::map<std::uint32_t, TableFacts>;

std::uint32_t oid_of(postgres::Cell const& cell) { return static_cast<std::uint32_t>(postgres::number_of(cell)); }

std::vector<std::string> texts_of(postgres::Cell const& cell) {
    auto const list = json::parse(text_of(cell), "array");
    return list && list->is_array() ? list->get<std::vector<std::string>>() : std::vector<std::string>{};
}

constexpr char const* k_user_tables = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ "
                                      "'^pg_' AND n.nspname <> 'information_schema' AND c.relkind = 'r' ";

// Only a key that is checked at once and has no nulls tells any two rows apart at every moment.
Result<void> read_keys(Session& session, AllFacts& all) {
    TRY_ASSIGN(
        auto const rows,
        session.query(std::string("SELECT DISTINCT ON (c.oid) c.oid, to_json(ARRAY(SELECT a.attname::text FROM "
                                  "unnest(i.indkey::int2[]) WITH ORDINALITY k(number, at) JOIN pg_attribute a ON "
                                  "a.attrelid = c.oid AND a.attnum = k.number WHERE k.at <= i.indnkeyatts ORDER "
                                  "BY k.at)) ") +
                      k_user_tables +
                      "JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND "
                      "i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL WHERE NOT EXISTS (SELECT FROM "
                      "pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[]) AND NOT "
                      "a.attnotnull) ORDER BY c.oid, i.indisprimary DESC, i.indexrelid"));
    for (auto const& row : rows) {
        all[oid_of(row.at(0))].key = texts_of(row.at(1));
    }
    return {};
}

// ADD COLUMN … DEFAULT writes no row: the old rows' value is kept in the catalog, as an array of one.
std::string default_sql(postgres::Row const& row) {
    return row.at(3) ? "((" + postgres::quote_literal(text_of(row.at(3))) + "::" + text_of(row.at(2)) + "[])[1])::text"
                     : std::string("NULL");
}

Result<void> read_columns(Session& session, AllFacts& all) {
    TRY_ASSIGN(auto const rows,
               session.query(std::string("SELECT c.oid, a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN "
                                         "a.atthasmissing THEN a.attmissingval::text END, a.atttypid IN "
                                         "('timestamptz'::regtype, 'timestamp'::regtype), EXISTS (SELECT FROM pg_index "
                                         "i WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND "
                                         "i.indkey[0] = a.attnum) ") +
                             k_user_tables +
                             "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER "
                             "BY c.oid, a.attnum"));
    for (auto const& row : rows) {
        auto& facts = all[oid_of(row.at(0))];
        std::string const name = text_of(row.at(1));
        facts.types[name] = text_of(row.at(2));
        facts.defaults[name] = default_sql(row);
        if (truth_of(row.at(4))) {
            facts.times.push_back(name);
            if (truth_of(row.at(5))) {
                facts.indexed_times.push_back(name);
            }
        }
    }
    return {};
}

} // namespace

Result<AllFacts> read_table_facts(Session& session) {
    AllFacts all;
    TRY(read_keys(session, all));
    TRY(read_columns(session, all));
    return all;
}

} // namespace sluice::db_restore
