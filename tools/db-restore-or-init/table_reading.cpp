#include "tools/db-restore-or-init/table_reading.hpp"

#include "common/postgres/quote.hpp"
#include "common/snapshot/table_ranges.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::db_restore {

namespace {

using Names = std::vector<std::string>;

bool contains(Names const& names, std::string const& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Names only_in(Names const& these, Names const& others) {
    Names names;
    std::copy_if(these.begin(), these.end(), std::back_inserter(names),
                 [&](std::string const& name) { return !contains(others, name); });
    return names;
}

std::vector<std::size_t> places_of(Names const& wanted, Names const& all) {
    std::vector<std::size_t> places;
    for (auto const& name : wanted) {
        places.push_back(static_cast<std::size_t>(std::find(all.begin(), all.end(), name) - all.begin()));
    }
    return places;
}

std::string reading_sql(snapshot::Table const& table, Names const& columns, std::string const& mark) {
    if (mark.empty()) {
        snapshot::Table projected = table;
        projected.columns = columns;
        return snapshot::copy_out_sql(projected, std::nullopt);
    }
    std::string list;
    for (auto const& column : columns) {
        list += postgres::quote_identifier(column) + ", ";
    }
    return "COPY (SELECT " + list + "(" + mark + ") FROM ONLY " + table.quoted_name() + " " + table.condition +
           ") TO STDOUT";
}

} // namespace

std::string mark_sql(Names const& columns, TableFacts const& facts) {
    std::string sql;
    for (auto const& column : columns) {
        auto const place = facts.defaults.find(column);
        std::string const value = place == facts.defaults.end() ? "NULL" : place->second;
        sql += (sql.empty() ? "" : " OR ") + postgres::quote_identifier(column) + "::text IS DISTINCT FROM " + value;
    }
    return sql;
}

TableReading plan_reading(snapshot::Table const& then, snapshot::Table const& now, TableFacts const& facts) {
    TableReading reading;
    reading.new_columns = only_in(now.columns, then.columns);
    reading.gone_columns = only_in(then.columns, now.columns);
    Names const common = only_in(then.columns, reading.gone_columns);
    reading.same_columns = common == then.columns;
    reading.marks_new_columns = !reading.new_columns.empty();
    reading.sql = reading_sql(now, common, mark_sql(reading.new_columns, facts));
    reading.then.content = places_of(common, then.columns);
    reading.now.content.resize(common.size());
    std::iota(reading.now.content.begin(), reading.now.content.end(), std::size_t{0});
    if (!facts.key.empty() && only_in(facts.key, common).empty()) {
        reading.then.key = places_of(facts.key, then.columns);
        reading.now.key = places_of(facts.key, common);
    }
    return reading;
}

} // namespace sluice::db_restore
