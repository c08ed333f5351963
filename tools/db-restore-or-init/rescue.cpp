#include "tools/db-restore-or-init/rescue.hpp"

#include "common/log/log.hpp"
#include "common/postgres/copy.hpp"
#include "common/postgres/quote.hpp"
#include "common/postgres/session.hpp"
#include "common/process/signals.hpp"
#include "tools/db-restore-or-init/rescue_sql.hpp"

#include <algorithm>

namespace sluice::db_restore {

namespace {

using postgres::Session;
using postgres::text_of;
using snapshot::Table;

// Rows that one statement carries; when one of them is refused the lot is halved until that one is found.
constexpr std::int64_t k_rows_at_once = 1000;

Table const* find_table(std::vector<Table> const& tables, std::string const& name) {
    auto const place =
        std::find_if(tables.begin(), tables.end(), [&](Table const& table) { return table.plain_name() == name; });
    return place == tables.end() ? nullptr : &*place;
}

TableFacts facts_of(std::map<std::uint32_t, TableFacts> const& all, std::uint32_t oid) {
    auto const place = all.find(oid);
    return place == all.end() ? TableFacts{} : place->second;
}

class Rescue {
  public:
    Rescue(std::unique_ptr<Session> session, LossReading const& reading, snapshot::Inventory const& then)
        : m_session(std::move(session)), m_reading(reading), m_then(then) {}

    Result<void> stage_all(postgres::ConnectionParameters const& broken, std::set<std::string> const& tables);
    Result<void> carry_all();
    Result<std::vector<Rescued>> finish(RescueFile& file);

  private:
    Result<RescuePlan> plan_for(std::string const& table, std::map<std::uint32_t, TableFacts> const& facts,
                                std::size_t number);
    Result<void> stage(RescuePlan const& plan, postgres::CopyConnection& from, postgres::CopyConnection& to);
    Result<void> silence_triggers(RescuePlan const& plan);
    Result<std::int64_t> count(RescuePlan const& plan, std::string const& condition);
    Result<void> carry(RescuePlan const& plan, std::int64_t first, std::int64_t last);
    Result<Rescued> report(RescuePlan const& plan, RescueFile& file);

    std::unique_ptr<Session> m_session;
    LossReading const& m_reading;
    snapshot::Inventory const& m_then;
    std::vector<RescuePlan> m_plans{};
    std::vector<std::string> m_enable_triggers{};
};

Result<RescuePlan> Rescue::plan_for(std::string const& table, std::map<std::uint32_t, TableFacts> const& facts,
                                    std::size_t number) {
    Table const& now = *find_table(m_reading.now.tables, table);
    Table const& then = *find_table(m_then.tables, table);
    TRY_ASSIGN(auto const oid, m_session->number("SELECT $1::regclass::oid", {then.quoted_name()}));
    return plan_rescue(now, facts_of(m_reading.facts, now.oid), then, facts_of(facts, static_cast<std::uint32_t>(oid)),
                       number);
}

Result<void> Rescue::stage_all(postgres::ConnectionParameters const& broken, std::set<std::string> const& tables) {
    TRY(m_session->execute(std::string("CREATE SCHEMA ") + k_rescue_schema));
    TRY_ASSIGN(auto const facts, read_table_facts(*m_session));
    TRY_ASSIGN(auto const from, postgres::CopyConnection::open(broken, "rescue from"));
    TRY_ASSIGN(auto const to, postgres::CopyConnection::open(m_session->parameters(), "rescue to"));
    for (auto const& table : tables) {
        TRY_ASSIGN(auto plan, plan_for(table, facts, m_plans.size()));
        TRY(stage(plan, *from, *to).map_error(while_doing("reading table '" + table + "' of the broken database")));
        TRY(silence_triggers(plan));
        m_plans.push_back(std::move(plan));
    }
    return {};
}

Result<void> Rescue::stage(RescuePlan const& plan, postgres::CopyConnection& from, postgres::CopyConnection& to) {
    TRY(m_session->execute(create_raw_sql(plan)));
    TRY(to.copy_in(copy_raw_sql(plan), [&](auto const& put) { return from.copy_out(copy_broken_sql(plan), put); }));
    return m_session->execute(select_newer_sql(plan));
}

// They fired when the rows were written; what they did then is in the broken database.
Result<void> Rescue::silence_triggers(RescuePlan const& plan) {
    TRY_ASSIGN(
        auto const rows,
        m_session->query("SELECT format('ALTER TABLE %s ENABLE %s TRIGGER %I', tgrelid::regclass, CASE tgenabled "
                         "WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END, tgname) FROM pg_trigger "
                         "WHERE tgrelid = $1::regclass AND NOT tgisinternal AND tgenabled <> 'D'",
                         {plan.quoted}));
    for (auto const& row : rows) {
        m_enable_triggers.push_back(text_of(row.at(0)));
    }
    return rows.empty() ? Result<void>{} : m_session->execute("ALTER TABLE " + plan.quoted + " DISABLE TRIGGER USER");
}

Result<std::int64_t> Rescue::count(RescuePlan const& plan, std::string const& condition) {
    return m_session->number("SELECT count(*) FROM " + plan.newer + " WHERE " + condition);
}

bool is_about_the_row(Error const& error) {
    return error.kind != Errc::interrupted && error.kind != Errc::temporary && error.kind != Errc::internal;
}

Result<void> Rescue::carry(RescuePlan const& plan, std::int64_t first, std::int64_t last) {
    TRY(process::check_not_stopped());
    auto carried = m_session->execute(carry_sql(plan, first, last));
    if (carried || !is_about_the_row(carried.error())) {
        return carried;
    }
    if (first == last) {
        return m_session->execute("UPDATE " + plan.newer +
                                      " SET sluice_state = 2, sluice_reason = $2 WHERE sluice_n = $1",
                                  {std::to_string(first), carried.error().message});
    }
    std::int64_t const middle = first + (last - first) / 2;
    TRY(carry(plan, first, middle));
    return carry(plan, middle + 1, last);
}

// A row may refer to one that another table, or a later lot, brings: whoever was refused is tried again as long as that
// helps anybody.
Result<void> Rescue::carry_all() {
    std::int64_t carried_before = -1;
    std::int64_t carried = 0;
    std::int64_t refused = 1;
    while (refused > 0 && carried > carried_before) {
        carried_before = carried;
        carried = 0;
        refused = 0;
        for (auto const& plan : m_plans) {
            TRY(m_session->execute("UPDATE " + plan.newer + " SET sluice_state = 0 WHERE sluice_state = 2"));
            TRY_ASSIGN(auto const all, count(plan, "true"));
            for (std::int64_t first = 1; first <= all; first += k_rows_at_once) {
                TRY(carry(plan, first, std::min(first + k_rows_at_once - 1, all)));
            }
            TRY_ASSIGN(auto const done, count(plan, "sluice_state = 1"));
            carried += done;
            refused += all - done;
        }
    }
    return {};
}

Result<Rescued> Rescue::report(RescuePlan const& plan, RescueFile& file) {
    Rescued rescued{plan.table};
    TRY_ASSIGN(auto const inserted, count(plan, "sluice_state = 1 AND NOT sluice_there"));
    TRY_ASSIGN(auto const updated, count(plan, "sluice_state = 1 AND sluice_there"));
    rescued.inserted = static_cast<std::uint64_t>(inserted);
    rescued.updated = static_cast<std::uint64_t>(updated);
    std::string last = "0";
    while (true) {
        TRY_ASSIGN(auto const rows, m_session->query(left_over_sql(plan), {last}));
        for (auto const& row : rows) {
            TRY(file.add(text_of(row.at(1))));
            ++rescued.kept_in_file;
        }
        if (rows.empty()) {
            return rescued;
        }
        last = text_of(rows.back().at(0));
    }
}

Result<std::vector<Rescued>> Rescue::finish(RescueFile& file) {
    std::vector<Rescued> all;
    for (auto const& plan : m_plans) {
        TRY_ASSIGN(auto rescued, report(plan, file));
        log::info("rescued", {{"table", rescued.table}, {"rows", rescued_text(rescued)}});
        all.push_back(std::move(rescued));
        TRY(m_session->execute("ANALYZE " + plan.quoted));
    }
    for (auto const& statement : m_enable_triggers) {
        TRY(m_session->execute(statement));
    }
    for (auto const& statement : advance_sequences_sql(m_then.sequences, m_reading.now.sequences)) {
        TRY(m_session->execute(statement));
    }
    TRY(m_session->execute("SET client_min_messages = warning"));
    TRY(m_session->execute(std::string("DROP SCHEMA ") + k_rescue_schema + " CASCADE"));
    TRY(file.sync());
    return all;
}

tl::unexpected<Error> not_rescuable(std::string const& table, std::string const& why) {
    return fail(Errc::refused, "the rows of table '" + table + "' cannot be carried over: " + why,
                "Leave out its --rescue: the broken database is kept, and they can be taken from there.");
}

} // namespace

Result<void> check_rescuable(std::set<std::string> const& tables, LossReading const& reading,
                             snapshot::Inventory const& then) {
    for (auto const& name : tables) {
        Table const* const now = find_table(reading.now.tables, name);
        Table const* const before = find_table(then.tables, name);
        if (now == nullptr) {
            return not_rescuable(name, "it is gone from the database");
        }
        if (before == nullptr) {
            return not_rescuable(name, "the snapshot has no such table");
        }
        auto const key = facts_of(reading.facts, now->oid).key;
        if (key.empty()) {
            return not_rescuable(name,
                                 "it has no primary key or unique key without nulls, so newer rows cannot be told "
                                 "from older ones");
        }
        for (auto const& column : key) {
            if (std::find(before->columns.begin(), before->columns.end(), column) == before->columns.end()) {
                return not_rescuable(name, "its key column '" + column + "' is not in the snapshot");
            }
        }
    }
    return {};
}

Result<std::vector<Rescued>> rescue_rows(postgres::ConnectionParameters const& broken,
                                         postgres::ConnectionParameters const& restored,
                                         std::set<std::string> const& tables, LossReading const& reading,
                                         snapshot::Inventory const& then, RescueFile& file) {
    TRY_ASSIGN(auto session, postgres::connect(restored, "rescue"));
    Rescue rescue(std::move(session), reading, then);
    TRY(rescue.stage_all(broken, tables));
    TRY(rescue.carry_all());
    return rescue.finish(file);
}

} // namespace sluice::db_restore
