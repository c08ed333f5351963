// --background and wait: the caller's process ends with the id, the snapshot goes on without it.
#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <gtest/gtest.h>
#include <memory>

namespace sluice::test {
namespace {

class DbSnapshotBackground : public testing::Test {
  protected:
    DbSnapshotBackground() {
        m_database.execute("CREATE TABLE public.item AS SELECT generate_series(1, 1000) AS i");
        must(m_holder->execute("BEGIN; LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE"));
    }
    // Held up at a lock, so that the snapshot cannot be over when its caller ends.
    std::string begin(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--background", "--log", m_folder.file("log")});
        auto const outcome = m_tool.run(std::move(arguments));
        EXPECT_EQ(outcome.exit_code, 0) << outcome.error_output;
        return outcome.output.substr(0, 21);
    }
    void let_go() { must(m_holder->execute("ROLLBACK")); }

    TemporaryDirectory m_folder{};
    TemporaryDatabase m_database{};
    SnapshotTool m_tool{PrivateServer::shared().variables(m_database.name())};
    std::unique_ptr<postgres::Session> m_holder = m_database.session();
};

TEST_F(DbSnapshotBackground, gives_the_id_and_goes_on) {
    auto const id = begin({"--lock-timeout", "60s", "--dotenv", m_folder.file("env")});
    EXPECT_EQ(m_tool.run({"status", id}).output, "running\n");
    EXPECT_NE(read_text(m_folder.path() / "env").find("SLUICE_SNAPSHOT_ID=" + id + "\n"), std::string::npos);
    auto const status = read_text(m_tool.store() / "snapshots" / m_database.name() / id / "status.json");
    EXPECT_NE(status.find(":" + m_folder.file("log") + "\""), std::string::npos) << status;
    auto const early = m_tool.run({"wait", id, "--timeout", "100ms"});
    EXPECT_EQ(early.exit_code, 124) << early.error_output;
    let_go();
    auto const waited = m_tool.run({"wait", id, "--timeout", "60s"});
    EXPECT_EQ(waited.exit_code, 0) << waited.error_output;
    EXPECT_EQ(waited.output, "complete\n");
    EXPECT_EQ(m_tool.run({"verify", id}).exit_code, 0);
    EXPECT_TRUE(eventually([&] {
        auto const log = read_text(m_folder.path() / "log");
        return log.find("snapshot complete") != std::string::npos && log.find("\n" + id + "\n") != std::string::npos;
    }));
}

TEST_F(DbSnapshotBackground, prints_a_document_when_asked_to) {
    Json const begun = m_tool.json({"--background", "--log", m_folder.file("log"), "--lock-timeout", "60s"});
    EXPECT_EQ(begun["state"], "running");
    EXPECT_EQ(begun["log"], m_folder.file("log"));
    let_go();
    EXPECT_EQ(m_tool.json({"wait", begun["id"].get<std::string>()})["state"], "complete");
}

TEST_F(DbSnapshotBackground, fails_in_the_foreground_before_there_is_an_id) {
    auto const refused = m_tool.run({"--background", "--source", "env:NOT_SET"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.output, "");
    EXPECT_NE(refused.error_output.find("NOT_SET"), std::string::npos);
    write_text(m_folder.path() / "log", "mine");
    auto const log_is_there = m_tool.run({"--background", "--log", m_folder.file("log")});
    EXPECT_EQ(log_is_there.exit_code, 75) << log_is_there.error_output;
    EXPECT_EQ(log_is_there.output, "");
    EXPECT_EQ(read_text(m_folder.path() / "log"), "mine");
    EXPECT_EQ(m_tool.json({"list"})["snapshots"].at(0)["state"], "failed");
}

TEST_F(DbSnapshotBackground, lets_those_who_wait_know_that_it_failed) {
    auto const id = begin({"--lock-timeout", "500ms"});
    auto const waited = m_tool.run({"wait", id});
    EXPECT_EQ(waited.exit_code, 1) << waited.error_output;
    EXPECT_TRUE(waited.output.starts_with("failed: ")) << waited.output;
    EXPECT_TRUE(eventually(
        [&] { return read_text(m_folder.path() / "log").find("db-snapshot: error: ") != std::string::npos; }));
}

// A CI runner reads a job's output to its end, then kills the job's process group.
TEST_F(DbSnapshotBackground, outlives_its_callers_group_and_holds_none_of_its_streams) {
    auto const killed = run_program({"setsid", "--wait", "sh", "-c", "\"$@\" 2>&1 | cat; kill -9 0", "sh",
                                     program("db-snapshot"), "--background", "--log", m_folder.file("log"),
                                     "--lock-timeout", "60s", "--store", m_tool.store().string()},
                                    m_tool.environment());
    EXPECT_NE(killed.exit_code, 0);
    let_go();
    auto const id = m_tool.json({"list"})["snapshots"].at(0)["id"].get<std::string>();
    EXPECT_NE(killed.output.find(id + "\n"), std::string::npos) << killed.output;
    EXPECT_EQ(m_tool.run({"wait", id, "--timeout", "60s"}).exit_code, 0);
}

} // namespace
} // namespace sluice::test
