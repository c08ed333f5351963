#include "common/snapshot/loader.hpp"

#include "common/log/progress.hpp"
#include "common/postgres/quote.hpp"
#include "common/postgres/session.hpp"
#include "common/process/parallel.hpp"
#include "common/process/temporary_directory.hpp"
#include "common/snapshot/large_objects.hpp"
#include "common/snapshot/row_loader.hpp"
#include "common/snapshot/schema_archive.hpp"
#include "common/snapshot/temporary_rights.hpp"

#include <algorithm>

namespace sluice::snapshot {

namespace {

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
    return process::run_parallel(workers.size(), statements.size(), [&](std::size_t worker, std::size_t item) {
        return workers[worker]->execute(postgres::text_of(statements[item].at(0)));
    });
}

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
    Result<std::vector<IndexStatement>> plain_indexes() {
        TRY_ASSIGN(auto const entries, script_entries(m_runner, m_restore, RestorePhase::indexes));
        std::set<std::string> loaded;
        for (auto const& table : m_inventory.tables) {
            loaded.insert(table.quoted_name());
        }
        auto statements = plain_index_statements(entries);
        // Those of partitioned tables and materialized views, which take no rows of ours, wait their turn.
        std::erase_if(statements, [&](IndexStatement const& statement) {
            return !loaded.contains(postgres::quote_identifier(statement.schema) + "." +
                                    postgres::quote_identifier(statement.table));
        });
        return statements;
    }
    Result<void> load_rows(RowLoader& loader) {
        TRY_ASSIGN(auto const rights, TemporaryRights::lend(m_control, m_inventory.owners));
        TRY(loader.load_all());
        m_restore.done = loader.built();
        return rights.take_back(m_control);
    }
    Result<void> after_rows(std::size_t jobs) {
        log::Progress const progress("building constraints", 0);
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
    TRY_ASSIGN(auto indexes, schema.plain_indexes());
    RowLoader loader(source, *session, workers, std::move(indexes));
    TRY(steps.done("loading rows, building plain indexes", schema.load_rows(loader)));
    TRY(set_sequences(*session, inventory.sequences));
    TRY(steps.done("setting sequences and large objects", finish_large_objects(*session, inventory.large_objects)));
    TRY(steps.done("building other indexes and constraints", schema.after_rows(target.jobs)));
    TRY(steps.done("analyzing", analyze(*session, workers)));
    TRY(steps.done("filling materialized views", schema.fill_materialized_views()));
    TRY(steps.done("creating event triggers", schema.make_event_triggers()));
    return steps.take(loader);
}

} // namespace sluice::snapshot
