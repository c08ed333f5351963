#include "tools/db-restore-or-init/rescue_sql.hpp"

#include "common/postgres/quote.hpp"
#include "tools/db-restore-or-init/table_reading.hpp"

#include <algorithm>

namespace sluice::db_restore {

namespace {

using Names = std::vector<std::string>;
using postgres::quote_identifier;
using postgres::quote_literal;

// Rows that leave for the file at a time; they are held in memory.
constexpr int k_page = 500;

bool contains(Names const& names, std::string const& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(Names const& parts, std::string const& separator) {
    std::string text;
    for (auto const& part : parts) {
        text += (text.empty() ? "" : separator) + part;
    }
    return text;
}

template <class Make> Names each(Names const& names, Make const& make) {
    Names made;
    std::transform(names.begin(), names.end(), std::back_inserter(made), make);
    return made;
}

std::string list_of(Names const& names) { return joined(each(names, quote_identifier), ", "); }

std::string typed(RescuePlan const& plan, std::string const& column) {
    return "r." + quote_identifier(column) + "::" + plan.types.at(column);
}

std::string same_key(RescuePlan const& plan) {
    return joined(
        each(plan.key, [&](std::string const& c) { return "t." + quote_identifier(c) + " = " + typed(plan, c); }),
        " AND ");
}

// By the type's output function, as COPY wrote it; a cast to text differs for some types.
std::string differs(std::string const& column) {
    std::string const name = quote_identifier(column);
    return "r." + name + " IS DISTINCT FROM CASE WHEN t." + name + " IS NOT NULL THEN format('%s', t." + name + ") END";
}

std::string any_differs(Names const& columns) {
    return columns.empty() ? "false" : "(" + joined(each(columns, differs), " OR ") + ")";
}

Names without(Names const& all, Names const& some) {
    Names rest;
    std::copy_if(all.begin(), all.end(), std::back_inserter(rest),
                 [&](std::string const& name) { return !contains(some, name); });
    return rest;
}

Result<void> check_key(RescuePlan const& plan, TableFacts const& restored) {
    bool const same = std::is_permutation(plan.key.begin(), plan.key.end(), restored.key.begin(), restored.key.end());
    bool const carried = std::all_of(plan.key.begin(), plan.key.end(),
                                     [&](std::string const& column) { return contains(plan.carried, column); });
    if (same && carried && !plan.key.empty()) {
        return {};
    }
    return fail(Errc::refused,
                "table '" + plan.table +
                    "' has another key than in the snapshot, so its rows cannot be "
                    "told apart",
                "Nothing was changed. Leave out its --rescue; the broken database is kept, take the rows from there.");
}

} // namespace

Result<RescuePlan> plan_rescue(snapshot::Table const& broken, TableFacts const& broken_facts,
                               snapshot::Table const& restored, TableFacts const& restored_facts, std::size_t number) {
    RescuePlan plan{broken.plain_name(), broken.quoted_name(), broken.columns};
    Names added;
    for (auto const& column : broken.columns) {
        auto const now = broken_facts.types.find(column);
        auto const then = restored_facts.types.find(column);
        bool const there = contains(restored.columns, column) && then != restored_facts.types.end();
        bool const same = there && now != broken_facts.types.end() && now->second == then->second;
        (same ? plan.carried : plan.not_carried).push_back(column);
        if (same) {
            plan.types[column] = then->second;
        } else {
            (there ? plan.retyped : added).push_back(column);
        }
    }
    plan.key = broken_facts.key;
    plan.mark = added.empty() ? "false" : "(" + mark_sql(added, broken_facts) + ")";
    plan.raw = std::string(k_rescue_schema) + ".raw_" + std::to_string(number);
    plan.newer = std::string(k_rescue_schema) + ".newer_" + std::to_string(number);
    TRY(check_key(plan, restored_facts));
    return plan;
}

std::string copy_broken_sql(RescuePlan const& plan) {
    return "COPY (SELECT " + list_of(plan.columns) + ", " + plan.mark + " FROM ONLY " + plan.quoted + ") TO STDOUT";
}

std::string create_raw_sql(RescuePlan const& plan) {
    auto const text = [](std::string const& column) { return quote_identifier(column) + " text"; };
    return "CREATE UNLOGGED TABLE " + plan.raw + " (" + joined(each(plan.columns, text), ", ") +
           ", sluice_marked boolean)";
}

std::string copy_raw_sql(RescuePlan const& plan) { return "COPY " + plan.raw + " FROM STDIN"; }

std::string select_newer_sql(RescuePlan const& plan) {
    std::string const is_new = "t." + quote_identifier(plan.key.front()) + " IS NULL";
    auto const has_value = [](std::string const& column) { return "r." + quote_identifier(column) + " IS NOT NULL"; };
    std::string const lost_in_new =
        plan.retyped.empty() ? "false" : "(" + joined(each(plan.retyped, has_value), " OR ") + ")";
    std::string const partly = "r.sluice_marked OR CASE WHEN " + is_new + " THEN " + lost_in_new + " ELSE " +
                               any_differs(plan.retyped) + " END";
    return "CREATE UNLOGGED TABLE " + plan.newer + " AS SELECT row_number() OVER () AS sluice_n, NOT (" + is_new +
           ") AS sluice_there, (" + partly +
           ") AS sluice_partly, 0 AS sluice_state, ''::text AS sluice_reason, r.* FROM " + plan.raw +
           " r LEFT JOIN ONLY " + plan.quoted + " t ON " + same_key(plan) + " WHERE " + is_new + " OR " +
           any_differs(plan.carried) + " OR " + partly + "; DROP TABLE " + plan.raw + "; ALTER TABLE " + plan.newer +
           " ADD PRIMARY KEY (sluice_n); ANALYZE " + plan.newer;
}

std::string carry_sql(RescuePlan const& plan, std::int64_t first, std::int64_t last) {
    std::string const chosen =
        " r.sluice_state = 0 AND r.sluice_n BETWEEN " + std::to_string(first) + " AND " + std::to_string(last);
    auto const set = [&](std::string const& column) { return quote_identifier(column) + " = " + typed(plan, column); };
    auto const value = [&](std::string const& column) { return typed(plan, column); };
    Names const changing = without(plan.carried, plan.key);
    std::string sql;
    if (!changing.empty()) {
        sql = "UPDATE ONLY " + plan.quoted + " t SET " + joined(each(changing, set), ", ") + " FROM " + plan.newer +
              " r WHERE " + same_key(plan) + " AND r.sluice_there AND" + chosen + "; ";
    }
    sql += "INSERT INTO " + plan.quoted + " (" + list_of(plan.carried) + ") OVERRIDING SYSTEM VALUE SELECT " +
           joined(each(plan.carried, value), ", ") + " FROM " + plan.newer + " r WHERE NOT r.sluice_there AND" + chosen;
    return sql + "; UPDATE " + plan.newer + " r SET sluice_state = 1 WHERE" + chosen;
}

std::string left_over_sql(RescuePlan const& plan) {
    std::string const partly =
        quote_literal("not in the snapshot, or of another type: " + joined(plan.not_carried, ", "));
    return "SELECT r.sluice_n, jsonb_build_object('table', " + quote_literal(plan.table) +
           ", 'carried', r.sluice_state = 1, 'reason', CASE WHEN r.sluice_state = 1 THEN " + partly +
           " ELSE r.sluice_reason END, 'row', to_jsonb(r) - "
           "'{sluice_n,sluice_there,sluice_partly,sluice_state,sluice_reason,sluice_marked}'::text[])::text FROM " +
           plan.newer +
           " r WHERE (r.sluice_state <> 1 OR r.sluice_partly) AND r.sluice_n > $1 ORDER BY r.sluice_n LIMIT " +
           std::to_string(k_page);
}

std::vector<std::string> advance_sequences_sql(std::vector<snapshot::Sequence> const& restored,
                                               std::vector<snapshot::Sequence> const& broken) {
    std::vector<std::string> statements;
    for (auto const& then : restored) {
        auto const now = std::find_if(broken.begin(), broken.end(), [&](snapshot::Sequence const& candidate) {
            return candidate.schema == then.schema && candidate.name == then.name;
        });
        if (now == broken.end() || (now->last_value == then.last_value && now->is_called == then.is_called)) {
            continue;
        }
        std::string const name = quote_literal(quote_identifier(then.schema) + "." + quote_identifier(then.name));
        std::string const value = std::to_string(now->last_value);
        std::string const old = std::to_string(then.last_value);
        statements.push_back("SELECT setval(seqrelid, " + value + ", " + (now->is_called ? "true" : "false") +
                             ") FROM pg_sequence WHERE seqrelid = " + name + "::regclass AND " +
                             (now->last_value == then.last_value
                                  ? (now->is_called ? "true" : "false")
                                  : "(seqincrement > 0) = (" + value + " > " + old + ")"));
    }
    return statements;
}

} // namespace sluice::db_restore
