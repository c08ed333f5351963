#include "common/snapshot/loader.hpp"

#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/postgres/failure.hpp"
#include "common/postgres/quote.hpp"
#include "common/postgres/session.hpp"
#include "common/process/temporary_directory.hpp"
#include "common/snapshot/large_objects.hpp"
#include "common/snapshot/parallel.hpp"
#include "common/snapshot/partitions.hpp"
#include "common/snapshot/schema_archive.hpp"
#include "common/snapshot/table_ranges.hpp"
#include "common/snapshot/temporary_rights.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace sluice::snapshot {

namespace {

using Connections = std::vector<std::unique_ptr<postgres::CopyConnection>>;

// A check constraint may call a function that reads a table which is not loaded yet, and an extension's tables have
// their foreign keys from the start. Such parts are tried again after the others. The same code says that a row belongs
// to another partition.
bool may_succeed_later(Error const& error) {
    return postgres::has_sqlstate(error, "23514") || postgres::has_sqlstate(error, "23503");
}

std::string search_path_of(Inventory const& inventory) {
    for (auto const& setting : inventory.properties.settings) {
        if (setting.role.empty() && setting.name == "search_path") {
            return setting.value;
        }
    }
    return "\"$user\", public";
}

// Constraint functions of the user may rely on the database's own search path. Commits need not reach the disk one by
// one: the database is not in use, and CREATE DATABASE's successor steps end in a checkpoint before it is.
std::string worker_settings(Inventory const& inventory) {
    return "SET search_path = " + search_path_of(inventory) + "; SET synchronous_commit = off";
}

Result<Connections> open_workers(LoadTarget const& target, Inventory const& inventory) {
    Connections connections;
    for (std::size_t i = 0; i < target.jobs; ++i) {
        TRY_ASSIGN(auto connection,
                   postgres::CopyConnection::open(target.parameters, "restore worker " + std::to_string(i + 1)));
        TRY(connection->execute(worker_settings(inventory)));
        connections.push_back(std::move(connection));
    }
    return connections;
}

class RowLoader {
  public:
    RowLoader(RowSource& source, postgres::Session& control, Connections& workers)
        : m_source(source), m_control(control), m_workers(workers) {}

    Result<void> load_all() {
        log::Progress progress("loading rows", m_source.total_bytes());
        std::vector<LoadUnit> waiting = m_source.units();
        while (!waiting.empty()) {
            std::size_t const before = waiting.size();
            TRY(load_each(waiting, progress));
            waiting = std::exchange(m_postponed, {});
            bool const first_round = m_roots.empty();
            if (!waiting.empty() && first_round) {
                TRY_ASSIGN(m_roots, read_partition_roots(m_control));
            }
            if (waiting.size() == before && (!first_round || m_roots.empty())) {
                return tl::unexpected<Error>(std::move(m_last_error));
            }
        }
        return m_source.finish();
    }

    [[nodiscard]] std::uint64_t rows() const { return m_rows; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

  private:
    Result<void> load_each(std::vector<LoadUnit> const& units, log::Progress& progress) {
        return run_parallel(m_workers.size(), units.size(), [&](std::size_t worker, std::size_t item) -> Result<void> {
            auto outcome = load_one(units[item], worker, progress);
            if (!outcome && may_succeed_later(outcome.error())) {
                std::lock_guard const lock(m_guard);
                m_postponed.push_back(units[item]);
                m_last_error = std::move(outcome).error();
                return {};
            }
            return outcome;
        });
    }

    Result<void> load_one(LoadUnit const& unit, std::size_t worker, log::Progress& progress) {
        std::uint64_t sent = 0;
        auto const fill = [&](postgres::CopyConnection::Put const& put) -> Result<void> {
            auto const counted_put = [&](std::string_view bytes) {
                progress.add(bytes.size());
                m_bytes += bytes.size();
                return put(bytes);
            };
            TRY_ASSIGN(sent, m_source.read(unit, worker, counted_put));
            return {};
        };
        auto stored = unit.table == k_large_object_rows
                          ? load_large_object_rows(*m_workers[worker], fill)
                          : m_workers[worker]->copy_in(copy_in_sql(table_to_fill(unit)), fill);
        TRY_ASSIGN(auto const rows, std::move(stored).map_error(while_doing("loading " + name_of(unit))));
        if (rows != sent) {
            return fail(Errc::bad_data,
                        name_of(unit) + " took " + std::to_string(rows) + " of " + std::to_string(sent) + " rows");
        }
        m_rows += unit.table == k_large_object_rows ? 0 : rows;
        return {};
    }

    [[nodiscard]] Table const& table_of(LoadUnit const& unit) const {
        return m_source.inventory().tables.at(unit.table);
    }
    // In the first round a table takes its own rows, which is faster; afterwards a partition's root hands them out.
    [[nodiscard]] Table table_to_fill(LoadUnit const& unit) const {
        Table table = table_of(unit);
        if (auto const root = m_roots.find(table.quoted_name()); root != m_roots.end()) {
            table.schema = root->second.schema;
            table.name = root->second.name;
        }
        return table;
    }
    [[nodiscard]] std::string name_of(LoadUnit const& unit) const {
        return unit.table == k_large_object_rows ? "large objects" : "table '" + table_of(unit).plain_name() + "'";
    }

    RowSource& m_source;
    postgres::Session& m_control;
    Connections& m_workers;
    PartitionRoots m_roots{}; // from the second round on
    std::atomic<std::uint64_t> m_rows{0};
    std::atomic<std::uint64_t> m_bytes{0};
    std::mutex m_guard{};
    std::vector<LoadUnit> m_postponed{};
    Error m_last_error{};
};

Result<void> set_sequences(postgres::Session& session, std::vector<Sequence> const& sequences) {
    constexpr std::size_t at_once = 200;
    for (std::size_t begin = 0; begin < sequences.size(); begin += at_once) {
        std::string sql;
        for (std::size_t i = begin; i < std::min(begin + at_once, sequences.size()); ++i) {
            auto const& sequence = sequences[i];
            std::string const name =
                postgres::quote_identifier(sequence.schema) + "." + postgres::quote_identifier(sequence.name);
            sql += (sql.empty() ? "SELECT " : ", ") + ("setval(" + postgres::quote_literal(name)) + "::regclass, " +
                   std::to_string(sequence.last_value) + ", " + (sequence.is_called ? "true" : "false") + ")";
        }
        TRY(session.execute(sql));
    }
    return {};
}

Result<void> analyze(postgres::Session& session, Connections& workers) {
    TRY_ASSIGN(auto const statements, session.query(analyze_statements_sql()));
    return run_parallel(workers.size(), statements.size(), [&](std::size_t worker, std::size_t item) {
        return workers[worker]->execute(postgres::text_of(statements[item].at(0)));
    });
}

// maintenance_work_mem stays the server's own: the GIN index of the benchmark took 35 s of processor time with
// 64 MB, 46 s with 256 MB and 57 s with 512 MB, since its tree in memory then misses the processor's caches.
constexpr char const* k_index_settings = "-c synchronous_commit=off";

/// The phases of the schema archive, in the order of `RestorePhase`.
class SchemaLoader {
  public:
    SchemaLoader(process::Runner& runner, SchemaRestore restore, postgres::Session& control, Inventory const& inventory)
        : m_runner(runner), m_restore(std::move(restore)), m_control(control), m_inventory(inventory) {}

    Result<void> before_rows() {
        TRY(restore_schema(m_runner, m_restore, RestorePhase::schemas, 1));
        TRY(with_lent_rights(RestorePhase::pre_data, 1));
        return run_script(RestorePhase::grants);
    }
    Result<void> after_rows(std::size_t jobs) {
        TRY(with_lent_rights(RestorePhase::post_data, jobs));
        TRY(with_lent_rights(RestorePhase::index_attachments, 1));
        TRY(with_lent_rights(RestorePhase::foreign_keys, jobs));
        return run_script(RestorePhase::late_grants);
    }

    // As the database's own users would: what a view calls may rely on the database's search path.
    Result<void> fill_materialized_views() {
        TRY(m_control.execute("SET search_path = " + search_path_of(m_inventory)));
        TRY(run_script(RestorePhase::materialized_views));
        return m_control.execute("SET search_path = pg_catalog");
    }
    Result<void> make_event_triggers() { return restore_schema(m_runner, m_restore, RestorePhase::event_triggers, 1); }

  private:
    Result<void> with_lent_rights(RestorePhase phase, std::size_t jobs) {
        TRY_ASSIGN(auto const rights, TemporaryRights::lend(m_control, m_inventory.owners));
        TRY(restore_schema(m_runner, m_restore, phase, jobs));
        return rights.take_back(m_control);
    }
    Result<void> run_script(RestorePhase phase) {
        TRY_ASSIGN(auto const script, schema_script(m_runner, m_restore, phase));
        return script.empty() ? Result<void>{} : m_control.execute(script);
    }

    process::Runner& m_runner;
    SchemaRestore m_restore;
    postgres::Session& m_control;
    Inventory const& m_inventory;
};

class Steps {
  public:
    explicit Steps(time::Clock& clock) : m_clock(clock), m_begin(clock.steady_now()) {}

    Result<void> done(std::string what, Result<void> outcome) {
        auto const now = m_clock.steady_now();
        m_report.steps.push_back({what, std::chrono::duration_cast<std::chrono::milliseconds>(now - m_begin)});
        m_begin = now;
        return std::move(outcome).map_error(while_doing(std::move(what)));
    }
    LoadReport take(RowLoader const& loader) {
        m_report.rows = loader.rows();
        m_report.bytes = loader.bytes();
        return std::move(m_report);
    }

  private:
    time::Clock& m_clock;
    time::Steady m_begin;
    LoadReport m_report{};
};

} // namespace

std::string analyze_statements_sql() {
    return "WITH RECURSIVE tree (root, member) AS (SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = "
           "c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
           "AND pg_has_role(c.relowner, 'USAGE') UNION ALL SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON "
           "i.inhparent = t.member), remote (root) AS (SELECT t.root FROM tree t JOIN pg_class f ON f.oid = t.member "
           "WHERE f.relkind = 'f') SELECT format('ANALYZE %s', c.oid::regclass) FROM pg_class c WHERE c.oid IN (SELECT "
           "root FROM tree) AND c.oid NOT IN (SELECT root FROM remote) AND NOT EXISTS (SELECT FROM tree t WHERE "
           "t.member = c.oid AND t.root <> c.oid AND t.root NOT IN (SELECT root FROM remote)) ORDER BY c.relpages "
           "DESC, "
           "c.oid";
}

Result<LoadReport> load_database(RowSource& source, LoadTarget const& target, process::Runner& runner,
                                 time::Clock& clock) {
    Inventory const& inventory = source.inventory();
    Steps steps(clock);
    TRY_ASSIGN(auto const directory, process::TemporaryDirectory::create());
    TRY_ASSIGN(auto session, postgres::connect(target.parameters, "restore control"));
    // pg_restore of the archive's own version: an older one cannot read it.
    TRY_ASSIGN(auto tools, postgres::find_dump_tools(runner, source.pg_dump_major() * 10000));
    SchemaRestore restore{std::move(tools), target.parameters, directory.file("schema"), k_index_settings};
    TRY(source.save_schema(restore.archive_path));
    SchemaLoader schema(runner, std::move(restore), *session, inventory);
    TRY(steps.done("restoring the schema", schema.before_rows()));
    TRY_ASSIGN(auto workers, open_workers(target, inventory));
    TRY(create_large_objects(*session, inventory.large_objects));
    RowLoader loader(source, *session, workers);
    TRY(steps.done("loading rows", loader.load_all()));
    TRY(set_sequences(*session, inventory.sequences));
    TRY(steps.done("setting sequences and large objects", finish_large_objects(*session, inventory.large_objects)));
    TRY(steps.done("building indexes and constraints", schema.after_rows(target.jobs)));
    TRY(steps.done("analyzing", analyze(*session, workers)));
    TRY(steps.done("filling materialized views", schema.fill_materialized_views()));
    TRY(steps.done("creating event triggers", schema.make_event_triggers()));
    return steps.take(loader);
}

} // namespace sluice::snapshot
