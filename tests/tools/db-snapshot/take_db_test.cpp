// What a run of db-snapshot tells the world: stdout, --json, --dotenv, list, show and status.
#include "common/time/timestamp.hpp"
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace sluice::test {
namespace {

constexpr char const* k_tables =
    "CREATE SCHEMA audit; CREATE TABLE audit.log AS SELECT generate_series(1, 50) AS i; CREATE TABLE audit.more AS "
    "SELECT generate_series(1, 5) AS i; CREATE TABLE public.item (id integer PRIMARY KEY, name text); "
    "INSERT INTO public.item SELECT i, 'item ' || i FROM generate_series(1, 1000) AS i; CREATE SEQUENCE public.s; "
    "SELECT setval('public.s', 41)";

class DbSnapshotTake : public testing::Test {
  protected:
    DbSnapshotTake() { m_database.execute(k_tables); }

    TemporaryDatabase m_database{};
    SnapshotTool m_tool{PrivateServer::shared().variables(m_database.name())};
    std::string m_server = PrivateServer::shared().connection("postgres").conninfo();
};

TEST_F(DbSnapshotTake, prints_the_id_alone) {
    auto const outcome = m_tool.run({});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    std::string const id = outcome.output.substr(0, 21);
    EXPECT_EQ(outcome.output, id + "\n");
    EXPECT_TRUE(std::filesystem::exists(m_tool.store() / "snapshots" / m_database.name() / id / "manifest.json"));
    EXPECT_EQ(read_text(m_tool.store() / "snapshots" / m_database.name() / "latest"), id + "\n");
    EXPECT_NE(outcome.error_output.find("snapshot complete"), std::string::npos);
}

TEST_F(DbSnapshotTake, prints_one_json_document) {
    Json const taken = m_tool.json({});
    EXPECT_EQ(taken["version"], 1);
    EXPECT_EQ(taken["name"], m_database.name());
    EXPECT_EQ(taken["masked"], false);
    EXPECT_EQ(taken["tables"], 3);
    EXPECT_EQ(taken["rows"], 1055);
    // COPY's own text: numbers of 1..1000 and "item n", each with its tab and line feed.
    auto const bytes = must(m_database.session()->number(
        "SELECT (SELECT sum(length(id::text) + 1 + length(name) + 1) FROM public.item) + (SELECT sum(length(i::text) + "
        "1) FROM audit.log) + (SELECT sum(length(i::text) + 1) FROM audit.more)"));
    EXPECT_EQ(taken["plain_bytes"], bytes);
    EXPECT_EQ(taken["new_bytes"], taken["stored_bytes"]);
    std::uint64_t on_disk = 0;
    for (auto const& file : m_tool.chunk_files()) {
        on_disk += std::filesystem::file_size(file);
    }
    EXPECT_EQ(taken["stored_bytes"], on_disk);
}

TEST_F(DbSnapshotTake, writes_a_dotenv_file) {
    TemporaryDirectory const folder;
    auto const id = m_tool.take({"--dotenv", folder.file("out.env"), "--name", "shop"});
    EXPECT_EQ(read_text(folder.path() / "out.env"),
              "SLUICE_SNAPSHOT_ID=" + id + "\nSLUICE_SNAPSHOT_NAME=shop\nSLUICE_SNAPSHOT_MASKED=false\nSLUICE_STORE=" +
                  m_tool.store().string() + "\n");
}

TEST_F(DbSnapshotTake, keeps_labels_and_the_pipeline) {
    Variables variables = m_tool.environment();
    variables.insert({{"GITLAB_CI", "true"}, {"CI_PIPELINE_ID", "77"}, {"CI_COMMIT_SHA", "0123abcd"}});
    auto const outcome = m_tool.run({"--label", "release=2.4", "--label", "why=before: deploy"}, variables);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.error_output;
    auto const manifest = m_tool.manifest(m_database.name(), outcome.output.substr(0, 21));
    EXPECT_EQ(manifest.labels, (std::map<std::string, std::string>{{"release", "2.4"}, {"why", "before: deploy"}}));
    EXPECT_EQ(manifest.pipeline.system, "gitlab");
    EXPECT_EQ(manifest.pipeline.commit, "0123abcd");
    EXPECT_EQ(m_tool.json({"show", "latest"})["labels"]["release"], "2.4");
    EXPECT_NE(m_tool.run({"list"}).output.find("release=2.4"), std::string::npos);
}

TEST_F(DbSnapshotTake, states_the_source_as_the_server_does) {
    auto const manifest = m_tool.manifest(m_database.name(), m_tool.take());
    auto const session = m_database.session();
    EXPECT_EQ(manifest.inventory.source.system_identifier,
              must(session->text("SELECT system_identifier FROM pg_control_system()")));
    EXPECT_EQ(manifest.inventory.source.version_number, must(session->number("SHOW server_version_num")));
    EXPECT_EQ(manifest.inventory.source.database, m_database.name());
    EXPECT_FALSE(manifest.inventory.source.standby);
    EXPECT_EQ(manifest.inventory.sequences.at(0).last_value, 41);
    EXPECT_TRUE(manifest.inventory.sequences.at(0).is_called);
    EXPECT_FALSE(manifest.masked);
}

// The ids of the chunks that hold rows. The schema's chunk is always new: pg_dump writes the time into its archive.
std::set<std::string> row_chunks(snapshot::Manifest const& manifest) {
    std::set<std::string> ids;
    for (auto const& data : manifest.data) {
        for (auto const& part : data.parts) {
            for (auto const& piece : part.pieces) {
                ids.insert(manifest.chunks.at(piece.chunk).id);
            }
        }
    }
    return ids;
}

TEST_F(DbSnapshotTake, writes_only_chunks_that_changed) {
    m_database.execute("CREATE TABLE public.big AS SELECT i, md5(i::text) || repeat('x', 500) AS t FROM "
                       "generate_series(1, 60000) AS i");
    auto const first = m_tool.manifest(m_database.name(), m_tool.take());
    Json const taken = m_tool.json({});
    auto const again = m_tool.manifest(m_database.name(), taken["id"].get<std::string>());
    EXPECT_EQ(row_chunks(again), row_chunks(first));
    EXPECT_LT(taken["new_bytes"].get<std::uint64_t>(), 5000U);
    m_database.execute("UPDATE public.item SET name = 'changed' WHERE id = 500");
    Json const changed = m_tool.json({});
    EXPECT_LT(changed["new_bytes"].get<std::uint64_t>(), 30'000U);
    EXPECT_GT(changed["stored_bytes"].get<std::uint64_t>(), 500'000U);
}

TEST_F(DbSnapshotTake, leaves_out_the_rows_it_is_told_to_and_says_so) {
    auto const id = m_tool.take({"--exclude-data", "audit.*"});
    Json const shown = m_tool.json({"show", id});
    EXPECT_EQ(shown["rows"], 1000);
    for (auto const& table : shown["tables"]) {
        bool const audit = table["name"].get<std::string>().starts_with("audit.");
        EXPECT_EQ(table["data_excluded"], audit) << table;
        EXPECT_EQ(table["rows"], audit ? 0 : 1000) << table;
    }
    EXPECT_EQ(shown["left_out"].at(0), "rows of tables that match 'audit.*' (--exclude-data)");
    EXPECT_NE(m_tool.run({"show", id}).output.find("audit.log  (rows left out)"), std::string::npos);
    auto const verified = m_tool.run({"verify", id, "--restore-to", m_server}, m_tool.environment());
    EXPECT_EQ(verified.exit_code, 0) << verified.error_output;
}

TEST_F(DbSnapshotTake, refuses_an_exclusion_that_matches_nothing) {
    auto const outcome = m_tool.run({"--exclude-data", "audti.*"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.error_output.find("--exclude-data 'audti.*' matches no table"), std::string::npos);
    EXPECT_EQ(m_tool.run({"show", "latest"}).exit_code, 69);
}

TEST_F(DbSnapshotTake, reads_one_table_in_many_ranges) {
    // 1,500 blocks, of which a range has 1,024.
    m_database.execute(
        "CREATE TABLE public.big AS SELECT i, repeat('x', 500) AS t FROM generate_series(1, 22500) AS i");
    auto const blocks = must(m_database.session()->number("SELECT pg_relation_size('public.big') / 8192"));
    ASSERT_GT(blocks, 1024);
    ASSERT_LT(blocks, 2048);
    auto const manifest = m_tool.manifest(m_database.name(), m_tool.take({"--jobs", "3"}));
    for (std::size_t i = 0; i < manifest.data.size(); ++i) {
        if (manifest.inventory.tables[i].name == "big") {
            EXPECT_EQ(manifest.data[i].parts.size(), 2U);
            EXPECT_EQ(manifest.data[i].rows, 22'500U);
        }
    }
}

TEST_F(DbSnapshotTake, gives_the_same_content_whatever_the_number_of_jobs) {
    m_database.execute(
        "CREATE TABLE public.big AS SELECT i, repeat('x', 500) AS t FROM generate_series(1, 60000) AS i");
    auto const one = m_tool.manifest(m_database.name(), m_tool.take({"--jobs", "1"}));
    auto const four = m_tool.manifest(m_database.name(), m_tool.take({"--jobs", "4"}));
    ASSERT_EQ(one.data.size(), four.data.size());
    for (std::size_t i = 0; i < one.data.size(); ++i) {
        EXPECT_EQ(one.data[i].row_hash, four.data[i].row_hash);
        EXPECT_EQ(one.data[i].bytes, four.data[i].bytes);
    }
}

TEST_F(DbSnapshotTake, takes_an_empty_database) {
    TemporaryDatabase const empty;
    SnapshotTool const tool(PrivateServer::shared().variables(empty.name()));
    Json const taken = tool.json({});
    EXPECT_EQ(taken["rows"], 0);
    EXPECT_EQ(tool.run({"verify", "latest", "--restore-to", m_server}).exit_code, 0);
}

TEST_F(DbSnapshotTake, lists_shows_and_states_a_snapshot) {
    auto const first = m_tool.take({"--name", "shop"});
    auto const second = m_tool.take({"--name", "shop"});
    Json const entries = m_tool.json({"list"})["snapshots"];
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0]["id"], std::min(first, second));
    EXPECT_EQ(entries[0]["name"], "shop");
    for (auto const& entry : entries) {
        EXPECT_EQ(entry["state"], "complete");
        EXPECT_EQ(entry["rows"], 1055);
        EXPECT_EQ(entry["latest"], entry["id"] == second);
    }
    auto const shown = m_tool.run({"show", first});
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_NE(shown.output.find("1055 rows in 3 tables"), std::string::npos) << shown.output;
    EXPECT_NE(shown.output.find("1000  public.item\n"), std::string::npos) << shown.output;
    auto const status = m_tool.run({"status", "latest"});
    EXPECT_EQ(status.exit_code, 0);
    EXPECT_EQ(status.output, "complete\n");
}

TEST_F(DbSnapshotTake, wants_a_name_when_the_store_holds_several) {
    m_tool.take({"--name", "one"});
    m_tool.take({"--name", "two"});
    auto const outcome = m_tool.run({"show", "latest"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.error_output.find("holds several databases: one, two"), std::string::npos);
    EXPECT_EQ(m_tool.run({"show", "latest", "--name", "two"}).exit_code, 0);
}

TEST_F(DbSnapshotTake, is_seen_running_from_outside_while_it_runs) {
    auto const other = m_database.session();
    must(other->execute("BEGIN; LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE"));
    BackgroundTool run("db-snapshot", m_tool.with_store({"--lock-timeout", "60s"}), m_tool.environment());
    ASSERT_TRUE(eventually([&] { return run.error_output().find("snapshot begins") != std::string::npos; }));
    Json const entry = m_tool.json({"list"})["snapshots"].at(0);
    EXPECT_EQ(entry["state"], "running");
    EXPECT_EQ(entry["latest"], false);
    auto const id = entry["id"].get<std::string>();
    EXPECT_EQ(m_tool.run({"status", id}).exit_code, 75);
    EXPECT_EQ(m_tool.run({"status", id}).output, "running\n");
    EXPECT_EQ(m_tool.run({"show", id}).exit_code, 75);
    EXPECT_EQ(m_tool.run({"verify", id}).exit_code, 75);
    EXPECT_EQ(m_tool.run({"show", "latest"}).exit_code, 69);
    // Any machine can see by the heartbeat that the run is alive.
    auto const heartbeat = [&] {
        auto const text = read_text(m_tool.store() / "snapshots" / m_database.name() / id / "status.json");
        return must(json::parse(text, "status"))["heartbeat"].get<std::string>();
    };
    auto const first = heartbeat();
    EXPECT_TRUE(eventually([&] { return heartbeat() > first; }));
    must(other->execute("ROLLBACK"));
    EXPECT_EQ(run.wait(), 0) << run.error_output();
    EXPECT_EQ(m_tool.run({"status", id}).exit_code, 0);
}

// A run whose process is gone says "running" for ever; only its silence gives it away.
TEST_F(DbSnapshotTake, calls_a_run_dead_whose_heartbeat_stopped) {
    auto const id = m_tool.take();
    auto const folder = m_tool.store() / "snapshots" / m_database.name() / id;
    std::filesystem::remove(folder / "manifest.json");
    Json status = must(json::parse(read_text(folder / "status.json"), "status"));
    status["state"] = "running";
    status["heartbeat"] = time::timestamp_text(time::real_clock().wall_now() - std::chrono::minutes{2});
    write_text(folder / "status.json", json::dump(status));
    EXPECT_EQ(m_tool.run({"status", id}).exit_code, 1);
    EXPECT_EQ(m_tool.run({"status", id}).output, "dead\n");
    EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(0)["state"], "dead");
    auto const shown = m_tool.run({"show", "latest"});
    EXPECT_EQ(shown.exit_code, 69);
    EXPECT_NE(shown.error_output.find("it is dead"), std::string::npos) << shown.error_output;
}

TEST_F(DbSnapshotTake, calls_a_run_dead_that_left_nothing_but_its_folder) {
    m_tool.take();
    std::filesystem::create_directory(m_tool.store() / "snapshots" / m_database.name() / "20991231T000000Z-0000");
    EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(1)["state"], "dead");
    EXPECT_EQ(m_tool.run({"verify", "latest"}).exit_code, 0);
}

TEST_F(DbSnapshotTake, does_not_believe_a_complete_status_without_a_manifest) {
    auto const id = m_tool.take();
    std::filesystem::remove(m_tool.store() / "snapshots" / m_database.name() / id / "manifest.json");
    EXPECT_EQ(m_tool.run({"status", id}).exit_code, 1);
    EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(0)["state"], "damaged");
    EXPECT_EQ(m_tool.run({"verify", "latest"}).exit_code, 69);
}

TEST_F(DbSnapshotTake, restores_into_a_scratch_database_and_drops_it) {
    m_tool.take();
    auto const verified = m_tool.json({"verify", "latest", "--restore-to", m_server});
    EXPECT_EQ(verified["restored"], true);
    EXPECT_TRUE(verified["differences"].empty());
    EXPECT_EQ(must(m_database.session()->number("SELECT count(*) FROM pg_database WHERE datname LIKE 'sluice%'")), 0);
}

// A variable that is not set must not turn a restore into a mere reading.
TEST_F(DbSnapshotTake, refuses_an_empty_server_to_restore_to) {
    m_tool.take();
    auto const outcome = m_tool.run({"verify", "latest", "--restore-to", ""});
    EXPECT_EQ(outcome.exit_code, 2) << outcome.output;
    EXPECT_NE(outcome.error_output.find("--restore-to"), std::string::npos);
}

// The manifest says one thing and the chunks, although sound, say another: only the restore can tell.
TEST_F(DbSnapshotTake, answers_no_when_the_restored_database_differs) {
    auto const id = m_tool.take();
    auto manifest = m_tool.manifest(m_database.name(), id);
    for (std::size_t i = 0; i < manifest.data.size(); ++i) {
        if (manifest.inventory.tables[i].name == "item") {
            manifest.data[i].row_hash = std::string(32, '7');
        }
    }
    manifest.inventory.sequences.at(0).last_value = 41;
    write_text(m_tool.store() / "snapshots" / m_database.name() / id / "manifest.json", snapshot::to_text(manifest));
    EXPECT_EQ(m_tool.run({"verify", id}).exit_code, 0);
    auto const outcome = m_tool.run({"verify", id, "--restore-to", m_server});
    EXPECT_EQ(outcome.exit_code, 1) << outcome.error_output;
    EXPECT_EQ(outcome.output, "table 'public.item' has other content in its 1000 rows\n");
}

} // namespace
} // namespace sluice::test
