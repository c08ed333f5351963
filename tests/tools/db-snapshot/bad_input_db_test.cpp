// What is wrong, and the exit code and message for it.
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/support/ordinary_user.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::test {
namespace {

class DbSnapshotBadInput : public testing::Test {
  protected:
    DbSnapshotBadInput() {
        m_database.execute(
            "CREATE TABLE public.item AS SELECT i, md5(i::text) AS t FROM generate_series(1, 20000) AS i");
    }
    [[nodiscard]] std::filesystem::path folder_of(std::string const& id) const {
        return m_tool.store() / "snapshots" / m_database.name() / id;
    }
    [[nodiscard]] process::Outcome take_from(std::string const& url) const {
        return m_tool.run({"--source", "env:URL"}, {{"URL", url}});
    }
    static void expect(process::Outcome const& outcome, int code, std::vector<std::string> const& messages) {
        EXPECT_EQ(outcome.exit_code, code) << outcome.error_output;
        EXPECT_EQ(outcome.output, "");
        for (auto const& message : messages) {
            EXPECT_NE(outcome.error_output.find(message), std::string::npos)
                << "expected: " << message << "\nin: " << outcome.error_output;
        }
        EXPECT_TRUE(outcome.error_output.find("db-snapshot: error: ") != std::string::npos) << outcome.error_output;
    }
    /// What only reads must all say the same of a broken snapshot.
    void expect_of_all_readers(int code, std::vector<std::string> const& messages) const {
        TemporaryDirectory const target;
        expect(m_tool.run({"verify", "latest"}), code, messages);
        expect(
            m_tool.run({"verify", "latest", "--restore-to", PrivateServer::shared().connection("postgres").conninfo()}),
            code, messages);
        expect(m_tool.run({"export", "latest", target.file("x")}), code, messages);
        EXPECT_EQ(must(m_database.session()->number("SELECT count(*) FROM pg_database WHERE datname LIKE 'sluice%'")),
                  0);
    }

    TemporaryDatabase m_database{};
    SnapshotTool m_tool{PrivateServer::shared().variables(m_database.name())};
};

TEST_F(DbSnapshotBadInput, wrong_password) {
    PrivateServer::shared().create_role("clerk", "PASSWORD 'right'");
    auto const connection =
        PrivateServer::shared().connection_with_password(m_database.name(), "clerk", "not-the-password");
    auto const outcome = take_from(connection.conninfo());
    expect(outcome, 77,
           {"cannot connect to database '" + m_database.name() + "' on 127.0.0.1", "password", "28P01",
            "hint: Check the user and password"});
    EXPECT_EQ(outcome.error_output.find("not-the-password"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(m_tool.store()));
}

TEST_F(DbSnapshotBadInput, no_such_database) {
    auto const outcome = take_from(PrivateServer::shared().connection("no_such_database").conninfo());
    expect(outcome, 69,
           {"cannot connect to database 'no_such_database'", "does not exist",
            "hint: Check the database name behind this connection."});
}

TEST_F(DbSnapshotBadInput, no_server) {
    expect(take_from("host=127.0.0.1 port=1 dbname=shop user=u"), 75,
           {"cannot connect to database 'shop' on 127.0.0.1:1 as 'u'", "Connection refused"});
}

TEST_F(DbSnapshotBadInput, no_source_named) {
    for (char const* name : {"PGHOST", "PGDATABASE", "PGSERVICE", "PGHOSTADDR"}) {
        ASSERT_EQ(getenv(name), nullptr) << "the test's own environment names a database";
    }
    expect(m_tool.run({}, {}), 2, {"no database named", "env:VARIABLE"});
}

TEST_F(DbSnapshotBadInput, password_on_the_command_line) {
    auto const outcome = m_tool.run({"--source", "postgresql://u:hunter2@127.0.0.1/shop"});
    expect(outcome, 2, {"a password on the command line can be read by every user", "env:SOURCE_URL"});
    EXPECT_EQ(outcome.error_output.find("hunter2"), std::string::npos);
}

TEST_F(DbSnapshotBadInput, server_stopped_midway) {
    PrivateServer server;
    server.execute("CREATE TABLE public.big AS SELECT i, md5(i::text) || md5((i * 7)::text) AS t FROM "
                   "generate_series(1, 400000) AS i");
    SnapshotTool const tool(server.variables("postgres"));
    BackgroundTool run("db-snapshot", tool.with_store({"--jobs", "1"}), server.variables("postgres"));
    ASSERT_TRUE(eventually([&] { return !run.running() || tool.chunk_files().size() > 1; }));
    ASSERT_TRUE(run.running());
    server.stop();
    EXPECT_EQ(run.wait(), 75) << run.error_output();
    EXPECT_EQ(run.output(), "");
    auto const entry = tool.json({"list"})["snapshots"].at(0);
    EXPECT_EQ(entry["state"], "failed");
    EXPECT_NE(entry["problem"], "");
}

TEST_F(DbSnapshotBadInput, full_disk_under_the_store) {
    SmallDisk const disk;
    auto const outcome = run_tool("db-snapshot", {"--store", (disk.path() / "store").string()}, m_tool.environment());
    expect(outcome, 75, {"cannot write '" + disk.path().string()});
    if (disk.is_real()) {
        expect(outcome, 75, {"No space left on device", "The disk under the store is full"});
    }
    auto const list = run_tool("db-snapshot", {"list", "--store", (disk.path() / "store").string()}, {});
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_EQ(list.output.find("complete"), std::string::npos) << list.output;
    EXPECT_EQ(run_tool("db-snapshot", {"verify", "latest", "--store", (disk.path() / "store").string()}, {}).exit_code,
              69);
}

TEST_F(DbSnapshotBadInput, full_disk_under_an_export) {
    m_tool.take();
    SmallDisk const disk;
    expect(m_tool.run({"export", "latest", (disk.path() / "x").string()}), 75,
           {"cannot write '" + (disk.path() / "x").string(), "Check the free space"});
}

TEST_F(DbSnapshotBadInput, changed_chunk) {
    m_tool.take();
    for (auto const& file : m_tool.chunk_files()) {
        std::string bytes = read_text(file);
        bytes[bytes.size() / 2] ^= 0x10;
        write_text(file, bytes);
    }
    expect_of_all_readers(65, {"chunk '", "was changed: its checksum does not match", "Use another snapshot"});
}

TEST_F(DbSnapshotBadInput, truncated_chunk) {
    m_tool.take();
    for (auto const& file : m_tool.chunk_files()) {
        std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
    }
    expect_of_all_readers(65, {"chunk '", " bytes instead of ", "Use another snapshot"});
}

TEST_F(DbSnapshotBadInput, missing_chunk) {
    m_tool.take();
    auto const file = m_tool.chunk_files().front();
    std::filesystem::remove(file);
    expect_of_all_readers(65, {"chunk '" + file.filename().string() + "' of store '", "is missing"});
    // The next run notices that the chunk is gone and stores it again.
    m_tool.take();
    EXPECT_EQ(m_tool.run({"verify", "latest"}).exit_code, 0);
}

TEST_F(DbSnapshotBadInput, manifest_with_a_flipped_byte) {
    auto const id = m_tool.take();
    std::string const sound = read_text(folder_of(id) / "manifest.json");
    for (std::size_t const at : {sound.size() / 5, sound.size() / 2, sound.size() - 3}) {
        std::string damaged = sound;
        damaged[at] ^= 1;
        write_text(folder_of(id) / "manifest.json", damaged);
        expect_of_all_readers(65, {"manifest.json' is damaged: its checksum does not match"});
        EXPECT_EQ(m_tool.run({"show", "latest"}).exit_code, 65);
        EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(0)["state"], "damaged");
        EXPECT_EQ(m_tool.run({"status", id}).exit_code, 1);
    }
    // Neither does it stop the next run, which only cannot learn from it.
    m_tool.take();
    EXPECT_EQ(m_tool.run({"verify", "latest"}).exit_code, 0);
}

TEST_F(DbSnapshotBadInput, damaged_latest) {
    auto const id = m_tool.take();
    write_text(m_tool.store() / "snapshots" / m_database.name() / "latest", "nonsense\n");
    expect_of_all_readers(65, {"latest' in store '", "is damaged", "Name a snapshot by its id"});
    EXPECT_EQ(m_tool.run({"verify", id}).exit_code, 0);
    m_tool.take();
    EXPECT_EQ(m_tool.run({"verify", "latest"}).exit_code, 0);
}

TEST_F(DbSnapshotBadInput, unreadable_store) {
    m_tool.take();
    SnapshotTool const& tool = m_tool;
    chmod(tool.store().c_str(), 0700);
    // The tool as a child of somebody who may not look into the store.
    auto const as_nobody = [&](std::vector<std::string> const& arguments) {
        std::vector<std::string> command{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
        if (getuid() != 0) {
            chmod(tool.store().c_str(), 0);
            command = {"env"};
        }
        command.push_back(program("db-snapshot"));
        auto const with_store = tool.with_store(arguments);
        command.insert(command.end(), with_store.begin(), with_store.end());
        return run_program(command, tool.environment());
    };
    for (std::vector<std::string> const& arguments :
         std::vector<std::vector<std::string>>{{"list"}, {"verify", "latest"}, {"status", "latest"}, {}}) {
        expect(as_nobody(arguments), 77, {tool.store().string(), "Permission denied"});
    }
    chmod(tool.store().c_str(), 0750);
}

TEST_F(DbSnapshotBadInput, store_that_is_not_there) {
    for (std::vector<std::string> const& arguments : std::vector<std::vector<std::string>>{
             {"list"}, {"verify", "latest"}, {"show", "latest"}, {"status", "latest"}, {"export", "latest", "x"}}) {
        expect(m_tool.run(arguments), 69, {"store '" + m_tool.store().string() + "' is not there", "disk is mounted"});
    }
}

TEST_F(DbSnapshotBadInput, folder_that_is_no_store) {
    std::filesystem::create_directory(m_tool.store());
    write_text(m_tool.store() / "other file", "x");
    expect(m_tool.run({"list"}), 69, {"is not a store: it has no store.json"});
    expect(m_tool.run({}), 4, {"holds other files and no store.json"});
    EXPECT_EQ(read_text(m_tool.store() / "other file"), "x");
}

TEST_F(DbSnapshotBadInput, store_of_another_format) {
    EXPECT_EQ(m_tool.run({"init"}).exit_code, 0);
    write_text(m_tool.store() / "store.json", R"({"version": 3, "created": "2026-11-22T00:00:00Z"})");
    expect(m_tool.run({"list"}), 65, {"has format 3; this version reads formats 1 and 2"});
    expect(m_tool.run({}), 65, {"has format 3"});
}

TEST_F(DbSnapshotBadInput, empty_store) {
    EXPECT_EQ(m_tool.run({"init"}).exit_code, 0);
    expect(m_tool.run({"verify", "latest"}), 69, {"holds no snapshots", "Take one first."});
    EXPECT_EQ(m_tool.run({"list"}).exit_code, 0);
}

TEST_F(DbSnapshotBadInput, snapshot_that_is_not_there) {
    m_tool.take();
    expect(m_tool.run({"show", "20200101T000000Z-0000"}), 69, {"holds no snapshot '20200101T000000Z-0000'"});
    expect(m_tool.run({"status", "20200101T000000Z-0000"}), 69, {"holds no snapshot"});
    expect(m_tool.run({"show", "yesterday"}), 2, {"'yesterday' is not a snapshot id"});
    expect(m_tool.run({"show", "latest", "--name", "other"}), 69, {"no complete snapshot of 'other'"});
}

TEST_F(DbSnapshotBadInput, export_into_a_folder_that_holds_something) {
    m_tool.take();
    TemporaryDirectory const folder;
    write_text(folder.path() / "mine", "x");
    expect(m_tool.run({"export", "latest", folder.path().string()}), 4, {"is not empty"});
    EXPECT_EQ(read_text(folder.path() / "mine"), "x");
}

TEST_F(DbSnapshotBadInput, errors_as_json) {
    auto const outcome = m_tool.run({"show", "latest", "--json"});
    EXPECT_EQ(outcome.exit_code, 69);
    Json const error = must(json::parse(outcome.output, "output"))["error"];
    EXPECT_EQ(error["exit_code"], 69);
    EXPECT_EQ(error["kind"], "not_found");
    EXPECT_NE(error["message"].get<std::string>().find("is not there"), std::string::npos);
}

} // namespace
} // namespace sluice::test
