// What db-snapshot demands of its source, and the sources that it takes.
#include "common/snapshot/inventory.hpp"
#include "common/snapshot/readings.hpp"
#include "common/snapshot/table_ranges.hpp"
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::test {
namespace {

/// A role of its own for each test, so that grants of one do not help another.
class DbSnapshotSource : public testing::Test {
  protected:
    DbSnapshotSource() {
        m_server.execute("CREATE ROLE " + m_role + " LOGIN");
        m_database.execute("CREATE SCHEMA shop; CREATE TABLE shop.item AS SELECT generate_series(1, 10) AS i");
    }
    ~DbSnapshotSource() override {
        m_database.execute("DROP OWNED BY " + m_role);
        m_server.execute("DROP OWNED BY " + m_role + "; DROP ROLE " + m_role);
    }
    void expect_denied(std::vector<std::string> const& messages) const {
        auto const outcome = m_tool.run({});
        EXPECT_EQ(outcome.exit_code, 77) << outcome.error_output;
        for (auto const& message : messages) {
            EXPECT_NE(outcome.error_output.find(message), std::string::npos)
                << "expected: " << message << "\nin: " << outcome.error_output;
        }
    }
    /// Runs the statement that the hint gives, word for word.
    void obey_hint(std::string const& before) const {
        std::string const text = m_tool.run({}).error_output;
        std::size_t const at = text.find(before);
        ASSERT_NE(at, std::string::npos) << text;
        std::size_t const begin = at + before.size();
        m_database.execute(text.substr(begin, text.find(';', begin) - begin));
    }

    PrivateServer& m_server = PrivateServer::shared();
    TemporaryDatabase m_database{};
    std::string m_role = "role_of_" + m_database.name();
    SnapshotTool m_tool{m_server.variables(m_database.name(), m_role)};
};

TEST_F(DbSnapshotSource, names_a_table_it_may_not_read_and_the_grant) {
    expect_denied({"role '" + m_role + "' may not read shop.item", "GRANT pg_read_all_data TO \"" + m_role + "\";"});
    obey_hint("Run there: ");
    EXPECT_EQ(m_tool.json({})["rows"], 10);
}

// The tables as each tool makes them, with two migrations applied and, where the tool notes such things, one that
// failed.
TEST_F(DbSnapshotSource, notes_the_schema_version_of_migration_tools) {
    struct Case {
        char const* tool;
        char const* version;
        char const* sql;
    };
    std::vector<Case> const cases{
        {"flyway", "1.10",
         "CREATE TABLE flyway_schema_history (installed_rank int, version text, success bool); INSERT "
         "INTO flyway_schema_history VALUES (1, '1.9', true), (2, '1.10', true), (3, '2', false), "
         "(4, NULL, true)"},
        {"liquibase", "b",
         "CREATE TABLE databasechangelog (id text, orderexecuted int); INSERT INTO databasechangelog "
         "VALUES ('b', 2), ('c', 1)"},
        {"alembic", "1a,2b",
         "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES "
         "('2b'), ('1a')"},
        {"django", "shop.0002_b",
         "CREATE TABLE django_migrations (id int, app text, name text, applied timestamptz); "
         "INSERT INTO django_migrations VALUES (1, 'shop', '0001_a'), (2, 'shop', '0002_b')"},
        {"golang-migrate", "7 (dirty)",
         "CREATE TABLE schema_migrations (version bigint, dirty bool); INSERT INTO "
         "schema_migrations VALUES (7, true)"},
        {"schema_migrations", "10",
         "CREATE TABLE schema_migrations (version text); INSERT INTO schema_migrations VALUES "
         "('9'), ('10')"},
        {"prisma", "2_b",
         "CREATE TABLE _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at "
         "timestamptz); INSERT INTO _prisma_migrations VALUES ('1_a', '2026-01-01', NULL), ('2_b', "
         "'2026-01-02', NULL), ('3_c', NULL, NULL), ('4_d', '2026-01-03', '2026-01-04')"},
        {"knex", "b.js",
         "CREATE TABLE knex_migrations (id int, name text, batch int); INSERT INTO knex_migrations "
         "VALUES (1, 'z.js', 1), (2, 'b.js', 1)"},
        {"sequelize", "2-b.js",
         "CREATE TABLE \"SequelizeMeta\" (name text); INSERT INTO \"SequelizeMeta\" VALUES "
         "('2-b.js'), ('1-a.js')"},
        {"typeorm", "B2",
         "CREATE TABLE migrations (id int, timestamp bigint, name text); INSERT INTO migrations VALUES "
         "(1, 1, 'Z1'), (2, 2, 'B2')"},
        {"laravel", "2026_b",
         "CREATE TABLE migrations (id int, migration text, batch int); INSERT INTO migrations VALUES "
         "(1, '2026_z', 1), (2, '2026_b', 1)"},
        {"ef-core", "2026_B",
         "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" text); INSERT INTO "
         "\"__EFMigrationsHistory\" VALUES ('2026_B'), ('2026_A')"},
        {"goose", "2",
         "CREATE TABLE goose_db_version (id int, version_id bigint, is_applied bool); INSERT INTO "
         "goose_db_version VALUES (1, 1, true), (2, 2, true), (3, 3, false)"},
        {"diesel", "2026b",
         "CREATE TABLE __diesel_schema_migrations (version text); INSERT INTO "
         "__diesel_schema_migrations VALUES ('2026b'), ('2026a')"},
        {"sqlx", "10",
         "CREATE TABLE _sqlx_migrations (version bigint, success bool); INSERT INTO _sqlx_migrations VALUES "
         "(9, true), (10, true), (11, false)"},
        {"atlas", "2",
         "CREATE TABLE atlas_schema_revisions (version text); INSERT INTO atlas_schema_revisions VALUES "
         "('1'), ('2')"},
        {"", "",
         "CREATE TABLE alembic_version (version_num text); CREATE TABLE knex_migrations (id int, name text, "
         "batch int)"},
        {"", "", "CREATE TABLE migrations (id int, note text)"},
        {"flyway", "", "CREATE TABLE flyway_schema_history (installed_rank int, version text, success bool)"},
        {"", "", "SELECT"},
    };
    auto const session = m_server.session(m_database.name());
    for (auto const& test : cases) {
        must(session->execute("DROP SCHEMA IF EXISTS moved CASCADE; CREATE SCHEMA moved; SET search_path = moved"));
        must(session->execute(test.sql));
        auto const found = must(snapshot::read_migration_version(*session));
        EXPECT_EQ(found.tool, test.tool) << test.sql;
        EXPECT_EQ(found.version, test.version) << test.sql;
    }
}

TEST_F(DbSnapshotSource, is_content_with_plain_grants) {
    m_database.execute("GRANT USAGE ON SCHEMA shop TO " + m_role + "; GRANT SELECT ON shop.item TO " + m_role);
    EXPECT_EQ(m_tool.json({})["rows"], 10);
}

TEST_F(DbSnapshotSource, names_a_sequence_it_may_not_read) {
    m_database.execute("CREATE SEQUENCE shop.number; GRANT USAGE ON SCHEMA shop TO " + m_role +
                       "; GRANT SELECT ON shop.item TO " + m_role);
    expect_denied({"may not read shop.number"});
    obey_hint("Run there: ");
    EXPECT_EQ(m_tool.run({}).exit_code, 0);
}

TEST_F(DbSnapshotSource, counts_what_it_does_not_name) {
    m_database.execute(
        "DO $$ BEGIN FOR i IN 1..20 LOOP EXECUTE format('CREATE TABLE shop.t%s ()', i); END LOOP; END $$");
    expect_denied({" and 16 more"});
}

TEST_F(DbSnapshotSource, names_a_large_object_it_may_not_read_and_the_grant) {
    m_server.execute("GRANT pg_read_all_data TO " + m_role);
    m_database.execute("SELECT lo_from_bytea(4242, 'hidden')");
    expect_denied({"may not read large objects 4242", "GRANT SELECT ON LARGE OBJECT <oid> TO \"" + m_role + "\""});
    m_database.execute("GRANT SELECT ON LARGE OBJECT 4242 TO " + m_role);
    auto const id = m_tool.take();
    EXPECT_EQ(m_tool.manifest(m_database.name(), id).inventory.large_objects.at(0).size_bytes, 6U);
}

TEST_F(DbSnapshotSource, refuses_where_row_security_would_hide_rows) {
    m_server.execute("GRANT pg_read_all_data TO " + m_role);
    m_database.execute("ALTER TABLE shop.item ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON shop.item USING (i > 5)");
    expect_denied({"row-level security would hide rows of shop.item", "ALTER ROLE \"" + m_role + "\" BYPASSRLS;"});
    EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(0)["state"], "failed");
    obey_hint("Run there as a superuser: ");
    EXPECT_EQ(m_tool.json({})["rows"], 10);
}

TEST_F(DbSnapshotSource, needs_no_more_than_an_owner_s_rights_where_row_security_spares_owners) {
    m_database.execute("ALTER SCHEMA shop OWNER TO " + m_role + "; ALTER TABLE shop.item OWNER TO " + m_role +
                       "; ALTER TABLE shop.item ENABLE ROW LEVEL SECURITY");
    EXPECT_EQ(m_tool.json({})["rows"], 10);
    m_database.execute("ALTER TABLE shop.item FORCE ROW LEVEL SECURITY");
    expect_denied({"row-level security would hide rows of shop.item"});
}

TEST_F(DbSnapshotSource, sets_timeouts_aside_that_would_kill_a_long_run) {
    m_server.execute("GRANT pg_read_all_data TO " + m_role + "; ALTER ROLE " + m_role +
                     " SET statement_timeout = '1ms'; ALTER ROLE " + m_role + " SET lock_timeout = '1ms'; ALTER ROLE " +
                     m_role + " SET idle_in_transaction_session_timeout = '1ms'");
    m_database.execute("INSERT INTO shop.item SELECT generate_series(1, 200000)");
    EXPECT_EQ(m_tool.json({})["rows"], 200'010);
}

TEST_F(DbSnapshotSource, reads_the_database_s_own_formats_without_loss) {
    m_server.execute("GRANT pg_read_all_data TO " + m_role);
    m_database.execute("CREATE TABLE shop.odd AS SELECT 0.1::float8 + 0.2 AS f, 'x'::bytea AS b, now() AS t, interval "
                       "'-1 mon 2 days' AS i; ALTER DATABASE " +
                       m_database.name() + " SET extra_float_digits = -5");
    m_database.execute("ALTER DATABASE " + m_database.name() + " SET bytea_output = escape; ALTER DATABASE " +
                       m_database.name() + " SET IntervalStyle = sql_standard");
    m_tool.take();
    auto const verified = m_tool.run({"verify", "latest", "--restore-to", m_server.connection("postgres").conninfo()});
    EXPECT_EQ(verified.exit_code, 0) << verified.output << verified.error_output;
}

TEST_F(DbSnapshotSource, takes_a_database_of_another_encoding) {
    TemporaryDatabase const latin(m_server, "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    latin.execute("CREATE TABLE public.\"Größe\" (\"straße\" text CHECK (\"straße\" <> 'ß')); INSERT INTO "
                  "public.\"Größe\" VALUES ('äöü'); CREATE SEQUENCE public.\"zähler\"; GRANT SELECT ON "
                  "public.\"Größe\" TO " +
                  m_role +
                  "; CREATE MATERIALIZED VIEW public.\"übersicht\" AS SELECT * FROM "
                  "public.\"Größe\"");
    SnapshotTool const tool(m_server.variables(latin.name()));
    tool.take();
    TemporaryDirectory const folder;
    ASSERT_EQ(tool.run({"export", "latest", folder.file("x")}).exit_code, 0);
    std::string const copy = latin.name() + "_copy";
    auto const restored = run_program({folder.file("x/restore.sh"), copy}, m_server.variables("postgres"));
    EXPECT_EQ(restored.exit_code, 0) << restored.error_output;
    EXPECT_EQ(must(m_server.session(copy)->text("SELECT \"straße\" FROM public.\"übersicht\" WHERE "
                                                "has_table_privilege('" +
                                                m_role + "', 'public.\"Größe\"', 'SELECT')")),
              "äöü");
    m_server.execute("DROP OWNED BY " + m_role, copy);
    m_server.execute("DROP DATABASE " + copy);
    auto const verified = tool.run({"verify", "latest", "--restore-to", m_server.connection("postgres").conninfo()});
    EXPECT_EQ(verified.exit_code, 0) << verified.output << verified.error_output;
    m_server.execute("DROP OWNED BY " + m_role, latin.name());
}

// Before PostgreSQL 14, and under another table access method, no range of blocks can be read by itself.
TEST_F(DbSnapshotSource, reads_a_table_whole_that_has_no_usable_ranges) {
    m_database.execute(
        "CREATE ACCESS METHOD plain_heap TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE shop.other "
        "USING plain_heap AS SELECT i, repeat('x', 500) AS t FROM generate_series(1, 90000) AS i");
    ASSERT_GT(must(m_database.session()->number("SELECT pg_relation_size('shop.other') / 8192")), 4096);
    auto const inventory = must(snapshot::take_inventory(*m_database.session(), {}));
    std::size_t readings = 0;
    for (auto const& unit : snapshot::plan_readings(inventory)) {
        for (auto const& reading : unit) {
            if (inventory.tables.at(reading.table).name == "other") {
                ++readings;
                EXPECT_EQ(reading.sql, R"(COPY "shop"."other" ("i", "t") TO STDOUT)");
            }
        }
    }
    EXPECT_EQ(readings, 1U);
    SnapshotTool const tool(m_server.variables(m_database.name()));
    auto const manifest = tool.manifest(m_database.name(), tool.take());
    EXPECT_EQ(manifest.total_rows(), 90'010U);
    // Cut by size all the same, so that several workers can load it.
    for (std::size_t i = 0; i < manifest.data.size(); ++i) {
        EXPECT_EQ(manifest.data[i].parts.size(), manifest.inventory.tables[i].name == "other" ? 2U : 1U);
    }
}

TEST(DbSnapshotExtension, carries_a_configuration_table_by_its_condition) {
    TemporaryDatabase const database;
    database.execute("CREATE EXTENSION unit SCHEMA public; INSERT INTO public.unit_prefixes (prefix, factor, "
                     "definition, dump) VALUES "
                     "('mine_', 42, '42', true), ('not_mine_', 1, '1', false)");
    SnapshotTool const tool(PrivateServer::shared().variables(database.name()));
    auto const manifest = tool.manifest(database.name(), tool.take());
    std::map<std::string, std::uint64_t> rows;
    for (std::size_t i = 0; i < manifest.data.size(); ++i) {
        rows[manifest.inventory.tables[i].name] = manifest.data[i].rows;
        EXPECT_EQ(manifest.inventory.tables[i].kind, snapshot::TableKind::extension_config);
    }
    EXPECT_EQ(rows, (std::map<std::string, std::uint64_t>{{"unit_prefixes", 1}, {"unit_units", 0}}));
    auto const verified =
        tool.run({"verify", "latest", "--restore-to", PrivateServer::shared().connection("postgres").conninfo()});
    EXPECT_EQ(verified.exit_code, 0) << verified.output << verified.error_output;
}

TEST(DbSnapshotStandby, is_a_valid_source) {
    PrivateServer primary;
    primary.execute("CREATE TABLE public.item AS SELECT generate_series(1, 5000) AS i; CREATE UNLOGGED TABLE "
                    "public.cache AS SELECT 1 AS i; CREATE SEQUENCE public.s; SELECT setval('public.s', 33); SELECT "
                    "lo_from_bytea(77, 'object')");
    PrivateServer standby{PrivateServer::StandbyOf{primary}};
    ASSERT_TRUE(eventually([&] {
        return must(standby.session()->truth("SELECT to_regclass('public.s') IS NOT NULL AND EXISTS (SELECT FROM "
                                             "pg_largeobject_metadata)"));
    }));
    SnapshotTool const tool(standby.variables("postgres"));
    auto const id = tool.take({"--jobs", "2"});
    auto const manifest = tool.manifest("postgres", id);
    EXPECT_TRUE(manifest.inventory.source.standby);
    EXPECT_EQ(manifest.total_rows(), 5000U);
    EXPECT_EQ(manifest.inventory.sequences.at(0).last_value, 33);
    EXPECT_EQ(manifest.large_object_data.rows, 1U);
    EXPECT_EQ(tool.json({"show", id})["left_out"].at(0), "rows of unlogged public.cache: a standby has none");
    auto const verified = tool.run({"verify", id, "--restore-to", primary.connection("postgres").conninfo()});
    EXPECT_EQ(verified.exit_code, 0) << verified.output << verified.error_output;
}

/// pgbouncer in front of the shared server, on a port of loopback.
class Pooler {
  public:
    explicit Pooler(std::string const& mode) {
        auto const server = PrivateServer::shared().connection("postgres");
        m_port = std::to_string(std::stoi(server.get("port")) + 12'000);
        write_text(m_folder.path() / "users", "\"postgres\" \"\"\n");
        write_text(m_folder.path() / "ini",
                   "[databases]\n* = host=" + server.get("host") + " port=" + server.get("port") +
                       "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + m_port +
                       "\nunix_socket_dir =\nauth_type = trust\nauth_file = " + m_folder.file("users") +
                       "\npool_mode = " + mode + "\nignore_startup_parameters = extra_float_digits,options\n");
        chmod(m_folder.path().c_str(), 0755);
        // As root pgbouncer refuses to run.
        write_text(m_folder.path() / "start", "#!/bin/sh\nexec " +
                                                  std::string(getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 "
                                                                              "--clear-groups "
                                                                            : "") +
                                                  "pgbouncer -q " + m_folder.file("ini") + " >" + m_folder.file("log") +
                                                  " 2>&1\n");
        m_pid = fork();
        if (m_pid == 0) {
            execlp("sh", "sh", m_folder.file("start").c_str(), nullptr);
            _exit(127);
        }
    }
    ~Pooler() {
        kill(m_pid, SIGKILL);
        waitpid(m_pid, nullptr, 0);
    }
    Pooler(Pooler const&) = delete;
    Pooler& operator=(Pooler const&) = delete;

    [[nodiscard]] std::string conninfo(std::string const& database) const {
        return "host=127.0.0.1 user=postgres port=" + m_port + " dbname=" + database;
    }

  private:
    TemporaryDirectory m_folder{};
    std::string m_port{};
    pid_t m_pid = -1;
};

TEST(DbSnapshotPooler, is_refused) {
    TemporaryDatabase const database;
    for (char const* mode : {"transaction", "session"}) {
        Pooler const pooler(mode);
        ASSERT_TRUE(eventually([&] {
            return run_program({"psql", "-XqAt", "-c", "SELECT 1", pooler.conninfo(database.name())}).exit_code == 0;
        }));
        SnapshotTool const tool({{"URL", pooler.conninfo(database.name())}});
        auto const outcome = tool.run({"--source", "env:URL"});
        EXPECT_EQ(outcome.exit_code, 2) << mode << outcome.error_output;
        EXPECT_NE(outcome.error_output.find("goes through a pooler"), std::string::npos) << outcome.error_output;
        EXPECT_NE(outcome.error_output.find("Connect straight to the PostgreSQL server"), std::string::npos);
        EXPECT_EQ(tool.run({"show", "latest"}).exit_code, 69);
    }
}

} // namespace
} // namespace sluice::test
