#include "common/snapshot/source_view.hpp"

#include "common/log/log.hpp"
#include "common/postgres/failure.hpp"
#include "common/process/signals.hpp"
#include "common/snapshot/preflight.hpp"
#include "common/snapshot/table_locks.hpp"
#include "common/time/deadline.hpp"

#include <algorithm>
#include <thread>

namespace sluice::snapshot {

namespace {

constexpr char const* k_begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
// How long one attempt may wait. When somebody queues for an exclusive lock between two of our connections, the later
// one can never get its lock; waiting longer only holds up the application behind that somebody.
constexpr std::chrono::milliseconds k_longest_attempt{2'000};
constexpr std::chrono::milliseconds k_pause_between_attempts{100};

std::string set_lock_timeout(std::chrono::milliseconds timeout) {
    return "SET LOCAL lock_timeout = " + std::to_string(std::max<std::int64_t>(timeout.count(), 1));
}

template <class Connection>
Result<void> lock_tables(Connection& connection, std::vector<std::string> const& statements,
                         std::chrono::milliseconds timeout) {
    TRY(connection.execute(k_begin));
    TRY(connection.execute(set_lock_timeout(timeout)));
    for (auto const& statement : statements) {
        TRY(connection.execute(statement));
    }
    return connection.execute("SET LOCAL lock_timeout = 0");
}

tl::unexpected<Error> gave_up(Error const& error, std::string const& waited_for) {
    std::string const who = waited_for.empty() ? "" : "; an exclusive lock is waited for on " + waited_for;
    return fail(Errc::temporary, "could not lock all tables for a consistent view: " + error.message + who,
                "Run it when no TRUNCATE or ALTER TABLE is under way, or allow more time with --lock-timeout.");
}

} // namespace

Result<std::unique_ptr<SourceView>> SourceView::open(postgres::ConnectionParameters const& parameters,
                                                     SourceOptions const& options, time::Clock& clock,
                                                     WhileFresh const& while_fresh) {
    std::unique_ptr<SourceView> view(new SourceView);
    TRY(view->connect(parameters, options.workers));
    TRY(check_source(*view->m_holder));
    time::Deadline const deadline(clock, options.lock_timeout);
    while (true) {
        auto outcome = view->begin(std::min(k_longest_attempt, deadline.left()));
        bool retry = !outcome && is_lock_conflict(outcome.error());
        if (outcome) {
            TRY_ASSIGN(view->m_inventory, take_inventory(*view->m_holder, options.exclude_data));
            outcome = while_fresh(*view);
            if (outcome) {
                return view;
            }
        }
        TRY(process::check_not_stopped());
        auto const waited_for = view->m_exported.empty() ? Result<std::string>{""} : view->tables_waited_for();
        if (!waited_for && waited_for.error().kind == Errc::temporary) {
            // The server is gone, which tells more than what came of it.
            return tl::unexpected<Error>(waited_for.error());
        }
        retry = retry || !waited_for.value_or("").empty();
        if (!retry) {
            return tl::unexpected<Error>(std::move(outcome).error());
        }
        if (deadline.passed()) {
            return gave_up(std::move(outcome).error(), waited_for.value_or(""));
        }
        log::info("locks in the way, beginning again", {{"reason", outcome.error().message}});
        TRY(view->let_go());
        clock.sleep_for(k_pause_between_attempts);
    }
}

Result<void> SourceView::connect(postgres::ConnectionParameters const& parameters, std::size_t workers) {
    TRY_ASSIGN(m_holder, postgres::connect(parameters, "snapshot holder"));
    for (std::size_t i = 0; i < workers; ++i) {
        TRY_ASSIGN(auto worker, postgres::CopyConnection::open(parameters, "snapshot reader " + std::to_string(i + 1)));
        m_workers.push_back(std::move(worker));
    }
    return {};
}

Result<void> SourceView::begin(std::chrono::milliseconds lock_timeout) {
    TRY_ASSIGN(auto const tables, list_table_names(*m_holder));
    TRY(lock_everywhere(tables, lock_timeout));
    TRY_ASSIGN(m_exported, m_holder->text("SELECT pg_export_snapshot()"));
    TRY(check_same_tables(tables));
    return share_snapshot();
}

// All at once: behind a running TRUNCATE the requests then stand in the queue together and are granted together.
Result<void> SourceView::lock_everywhere(std::vector<TableName> const& tables, std::chrono::milliseconds lock_timeout) {
    auto const statements = lock_statements(tables, "ACCESS SHARE");
    std::vector<Result<void>> outcomes(m_workers.size() + 1);
    std::vector<std::thread> threads;
    threads.reserve(m_workers.size());
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        threads.emplace_back([&, i] { outcomes[i] = lock_tables(*m_workers[i], statements, lock_timeout); });
    }
    outcomes.back() = lock_tables(*m_holder, statements, lock_timeout);
    for (auto& thread : threads) {
        thread.join();
    }
    for (auto& outcome : outcomes) {
        TRY(std::move(outcome));
    }
    return {};
}

Result<void> SourceView::share_snapshot() {
    for (auto& worker : m_workers) {
        TRY(worker->execute("SET TRANSACTION SNAPSHOT '" + m_exported + "'"));
    }
    return {};
}

Result<void> SourceView::check_same_tables(std::vector<TableName> const& locked) {
    TRY_ASSIGN(auto const seen, list_table_names(*m_holder));
    if (!are_same_tables(seen, locked)) {
        return tables_changed();
    }
    return check_unchanged();
}

Result<void> SourceView::check_unchanged() {
    TRY_ASSIGN(auto const rewritten,
               m_holder->query("SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                               "WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND "
                               "n.nspname <> 'information_schema' AND "
                               "c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid) LIMIT 1"));
    if (!rewritten.empty()) {
        return tables_changed("under the snapshot: " + postgres::text_of(rewritten.at(0).at(0)) + " was rewritten");
    }
    return {};
}

Result<std::string> SourceView::tables_waited_for() {
    return m_holder->text(
        "SELECT string_agg(DISTINCT w.relation::regclass::text, ', ') FROM pg_locks w JOIN pg_locks h "
        "ON h.relation = w.relation AND h.database = w.database AND h.pid = pg_backend_pid() AND "
        "h.granted WHERE NOT w.granted AND w.mode = 'AccessExclusiveLock'");
}

Result<void> SourceView::let_go() {
    m_exported.clear();
    TRY(m_holder->execute("ROLLBACK"));
    for (auto& worker : m_workers) {
        TRY(worker->execute("ROLLBACK"));
    }
    return {};
}

} // namespace sluice::snapshot
