#include "tests/support/background_tool.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/db-snapshot/snapshot_tool.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace sluice::test {
namespace {

class DbSnapshotExitCodes : public testing::Test {
  protected:
    DbSnapshotExitCodes() { m_database.execute("CREATE TABLE public.item AS SELECT generate_series(1, 10) AS i"); }
    [[nodiscard]] bool waits_for_a_lock() const {
        return must(
                   PrivateServer::shared().session()->number("SELECT count(*) FROM pg_stat_activity WHERE datname = '" +
                                                             m_database.name() + "' AND wait_event_type = 'Lock'")) > 0;
    }

    TemporaryDatabase m_database{};
    SnapshotTool m_tool{PrivateServer::shared().variables(m_database.name())};
};

// One case for each code of the man page that this tool gives and that can be brought about from outside: 3 and 10 are
// other tools' answers, 70 is a bug.
TEST_F(DbSnapshotExitCodes, are_those_of_the_manual) {
    struct Case {
        int code;
        std::vector<std::string> arguments;
        Variables environment;
    };
    std::string const id = m_tool.take();
    std::string const failed = "20200101T000000Z-0000";
    auto const folder = m_tool.store() / "snapshots" / m_database.name();
    std::filesystem::create_directory(folder / failed);
    PrivateServer::shared().create_role("stranger");
    TemporaryDirectory const foreign;
    write_text(foreign.path() / "mine", "x");
    Variables const ours = m_tool.environment();
    std::vector<Case> const cases{
        {0, {"verify", id}, ours},
        {1, {"status", failed}, ours},
        {2, {"show", "yesterday"}, ours},
        {4, {"export", id, foreign.path().string()}, ours},
        {69, {"show", "20200101T000000Z-ffff"}, ours},
        {75, {"--source", "env:URL"}, {{"URL", "host=127.0.0.1 port=1 dbname=shop user=u"}}},
        {77, {}, PrivateServer::shared().variables(m_database.name(), "stranger")},
    };
    for (auto const& test : cases) {
        auto const outcome = m_tool.run(test.arguments, test.environment);
        EXPECT_EQ(outcome.exit_code, test.code) << outcome.error_output;
    }
    std::filesystem::remove_all(m_tool.store() / "chunks");
    EXPECT_EQ(m_tool.run({"verify", id}).exit_code, 65);
}

TEST_F(DbSnapshotExitCodes, are_124_when_the_server_ends_a_statement_and_128_and_the_signal_when_a_signal_ends_us) {
    auto const holder = m_database.session();
    must(holder->execute("BEGIN; LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE"));
    BackgroundTool cancelled("db-snapshot", m_tool.with_store({"--lock-timeout", "1m"}), m_tool.environment());
    ASSERT_TRUE(eventually([&] { return waits_for_a_lock(); })) << cancelled.error_output();
    PrivateServer::shared().execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                                    m_database.name() + "' AND wait_event_type = 'Lock'");
    EXPECT_EQ(cancelled.wait(), 124) << cancelled.error_output();

    for (int const signal : {SIGTERM, SIGINT, SIGHUP}) {
        BackgroundTool stopped("db-snapshot", m_tool.with_store({"--lock-timeout", "1m"}), m_tool.environment());
        ASSERT_TRUE(eventually([&] { return waits_for_a_lock(); })) << stopped.error_output();
        stopped.signal(signal);
        EXPECT_EQ(stopped.wait(), 128 + signal) << stopped.error_output();
    }
}

} // namespace
} // namespace sluice::test
