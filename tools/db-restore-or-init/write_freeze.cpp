#include "tools/db-restore-or-init/write_freeze.hpp"

#include "common/log/log.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/table_locks.hpp"
#include "common/time/deadline.hpp"

#include <algorithm>

namespace sluice::db_restore {

namespace {

using postgres::text_of;

// Longer than deadlock_timeout's default of one second, after which an autovacuum in the way ends itself.
constexpr std::chrono::milliseconds k_longest_wait{2'000};
constexpr std::chrono::milliseconds k_pause{100};

} // namespace

Result<std::unique_ptr<WriteFreeze>> WriteFreeze::take(postgres::ConnectionParameters const& parameters,
                                                       std::chrono::milliseconds lock_timeout, time::Clock& clock) {
    std::unique_ptr<WriteFreeze> freeze(new WriteFreeze);
    TRY_ASSIGN(freeze->m_session, postgres::connect(parameters, "write freeze"));
    freeze->m_pid = freeze->m_session->backend_pid();
    time::Deadline const patience(clock, lock_timeout / 2);
    time::Deadline const deadline(clock, lock_timeout);
    while (true) {
        auto locked = freeze->lock_all();
        if (locked) {
            return freeze;
        }
        TRY(process::check_not_stopped());
        TRY(freeze->m_session->execute("ROLLBACK"));
        if (!snapshot::is_lock_conflict(locked.error())) {
            return tl::unexpected<Error>(std::move(locked).error());
        }
        if (deadline.passed()) {
            return fail(Errc::temporary, "could not keep writers away: " + locked.error().message,
                        "Somebody keeps a lock on a table: end that session, or allow more time with --lock-timeout.");
        }
        if (patience.passed()) {
            TRY(freeze->end_those_in_the_way());
        }
        clock.sleep_for(k_pause);
    }
}

Result<void> WriteFreeze::lock_all() {
    TRY_ASSIGN(m_tables, snapshot::list_table_names(*m_session));
    TRY(m_session->execute("BEGIN"));
    TRY(m_session->execute("SET LOCAL lock_timeout = " + std::to_string(k_longest_wait.count())));
    for (auto const& statement : snapshot::lock_statements(m_tables, "SHARE")) {
        TRY(m_session->execute(statement));
    }
    TRY_ASSIGN(auto const seen, snapshot::list_table_names(*m_session));
    if (!snapshot::are_same_tables(seen, m_tables)) {
        return snapshot::tables_changed();
    }
    TRY_ASSIGN(m_large_object_writes, large_object_writes());
    return m_session->execute("SET LOCAL lock_timeout = 0");
}

// Their transactions would be rolled back by the swap in any case. Whom we may not end stays in the way.
Result<void> WriteFreeze::end_those_in_the_way() {
    TRY_ASSIGN(auto const rows,
               m_session->query(
                   "SELECT format('pid %s of ''%s'' (%s)', a.pid, a.usename, a.state), pg_terminate_backend(a.pid) "
                   "FROM pg_stat_activity a WHERE a.datname = current_database() AND a.usesysid IS NOT NULL AND a.pid "
                   "<> pg_backend_pid() AND EXISTS (SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation AND "
                   "c.oid >= 16384 WHERE l.pid = a.pid AND l.granted AND l.database = (SELECT oid FROM pg_database "
                   "WHERE datname = current_database()) AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', "
                   "'ShareLock')) AND (SELECT m.rolsuper OR (NOT r.rolsuper AND (pg_has_role(r.oid, 'USAGE') OR "
                   "pg_has_role('pg_signal_backend', 'USAGE'))) FROM pg_roles m, pg_roles r WHERE m.rolname = "
                   "current_user AND r.oid = a.usesysid)"));
    for (auto const& row : rows) {
        m_ended.push_back(text_of(row.at(0)));
        log::warning("ended a session that was in the way", {{"session", m_ended.back()}});
    }
    return {};
}

// Counters of the catalog: an ordinary role cannot lock it. They are final once the sessions that wrote have ended.
Result<std::int64_t> WriteFreeze::large_object_writes() {
    TRY(m_session->execute("SELECT pg_stat_clear_snapshot()"));
    return m_session->number("SELECT pg_stat_get_tuples_inserted(c) + pg_stat_get_tuples_updated(c) + "
                             "pg_stat_get_tuples_deleted(c) FROM (SELECT 'pg_largeobject'::regclass::oid) x (c)");
}

Result<void> WriteFreeze::look_once_more() {
    TRY_ASSIGN(auto const tables, snapshot::list_table_names(*m_session));
    TRY_ASSIGN(auto const writes, large_object_writes());
    if (!snapshot::are_same_tables(tables, m_tables)) {
        return fail(Errc::temporary, "tables were made while the database was put back",
                    "Nothing was changed. Stop what makes them, then run the same command again.");
    }
    if (writes != m_large_object_writes) {
        return fail(Errc::temporary, "large objects were written while the database was put back",
                    "Nothing was changed. Stop what writes them, then run the same command again.");
    }
    return {};
}

void WriteFreeze::leave() {
    std::lock_guard const lock(m_guard);
    if (!m_session || m_problem) {
        return;
    }
    auto const looked = look_once_more();
    if (!looked) {
        m_problem = looked.error();
        return;
    }
    m_session.reset();
}

bool WriteFreeze::holds() const {
    std::lock_guard const lock(m_guard);
    return m_session != nullptr && !m_problem;
}

bool WriteFreeze::left_last() const {
    std::lock_guard const lock(m_guard);
    return m_session == nullptr && !m_problem;
}

std::optional<Error> WriteFreeze::problem() const {
    std::lock_guard const lock(m_guard);
    return m_problem;
}

} // namespace sluice::db_restore
