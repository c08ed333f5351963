#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_database.hpp"
#include "tools/split-check/sql_judge.hpp"

#include <gtest/gtest.h>
#include <sstream>

// What the rules claim about locks, held against a PostgreSQL that runs the statement and shows pg_locks. Each line of
// locks.tsv: statement, table locks as the manual's reference gives them.
namespace sluice::split_check {
namespace {

std::filesystem::path folder() { return test::source_folder() / "tests/tools/split-check"; }

std::string const k_held = R"(
    SELECT coalesce(string_agg(text, ', ' ORDER BY text), '') FROM (
      SELECT CASE max(strength) WHEN 4 THEN 'SHARE UPDATE EXCLUSIVE' WHEN 5 THEN 'SHARE'
                  WHEN 6 THEN 'SHARE ROW EXCLUSIVE' WHEN 8 THEN 'ACCESS EXCLUSIVE' END || ' on ' || relname AS text
      FROM (SELECT b.relname, CASE l.mode WHEN 'ShareUpdateExclusiveLock' THEN 4 WHEN 'ShareLock' THEN 5
                   WHEN 'ShareRowExclusiveLock' THEN 6 WHEN 'AccessExclusiveLock' THEN 8 ELSE 0 END AS strength
            FROM pg_locks l JOIN before b ON b.oid = l.relation
            WHERE l.pid = pg_backend_pid() AND l.granted) locks
      WHERE strength > 0 GROUP BY relname) texts)";

std::string sorted_claim(std::map<std::string, Lock> const& locks) {
    std::set<std::string> parts;
    for (auto const& [table, lock] : locks) {
        parts.insert(lock_text({{table, lock}}));
    }
    std::string text;
    for (auto const& part : parts) {
        text += (text.empty() || part.empty() ? "" : ", ") + part;
    }
    return text;
}

std::string claimed(std::string const& sql) {
    SchemaState state;
    SqlSettings const settings;
    auto const statements = parse_sql(sql);
    StatementJudge judge(statements.at(0), settings, state);
    auto const& type = statements.at(0).type;
    type == "AlterTableStmt"                                  ? judge_alter_table(judge)
    : type == "CreateStmt"                                    ? judge_create_table(judge)
    : type == "IndexStmt" || type == "ReindexStmt"            ? judge_index(judge)
    : type == "DropStmt"                                      ? judge_drop(judge)
    : type == "RenameStmt" || type == "AlterObjectSchemaStmt" ? judge_rename(judge)
    : type == "TruncateStmt" || type == "LockStmt"            ? judge_rows(judge)
    : type == "ClusterStmt" || type == "RefreshMatViewStmt"   ? judge_maintenance(judge)
                                                              : judge_behaviour(judge);
    return sorted_claim(judge.m_locks);
}

struct LockClaims : testing::Test {
    test::TemporaryDatabase database{};
    // Sessions see pg_catalog alone unless told otherwise.
    [[nodiscard]] std::unique_ptr<postgres::Session> open() const {
        auto session = database.session();
        test::must(session->execute("SET search_path = public"));
        return session;
    }
    void SetUp() override {
        database.execute("SET search_path = public;" + test::read_text(folder() / "locks_setup.sql"));
    }
};

TEST_F(LockClaims, are_what_the_server_shows) {
    std::istringstream lines(test::read_text(folder() / "locks.tsv"));
    std::size_t checked = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        std::size_t const tab = line.find('\t');
        std::string const sql = line.substr(0, tab);
        std::string const reference = line.substr(tab + 1);
        auto const session = open();
        test::must(session->execute("BEGIN"));
        test::must(session->execute(sql));
        auto const held = test::must(session->text(k_held));
        test::must(session->execute("ROLLBACK"));
        EXPECT_EQ(held, reference) << "the server, for " << sql;
        EXPECT_EQ(claimed(sql), reference) << "our claim, for " << sql;
        ++checked;
    }
    EXPECT_GE(checked, 40U);
}

// A changed relfilenode is a rewrite.
TEST_F(LockClaims, rewrites_are_what_the_server_does) {
    struct Case {
        char const* sql;
        bool rewrites;
    };
    for (auto const& [sql, rewrites] :
         {Case{"ALTER TABLE orders ADD c1 uuid DEFAULT gen_random_uuid()", true},
          Case{"ALTER TABLE orders ADD c2 timestamptz NOT NULL DEFAULT now()", false},
          Case{"ALTER TABLE orders ADD c3 bigserial", true},
          Case{"ALTER TABLE orders ADD c4 bigint GENERATED ALWAYS AS IDENTITY", true},
          Case{"ALTER TABLE orders ADD c5 bigint GENERATED ALWAYS AS (price * 2) STORED", true},
          Case{"ALTER TABLE orders ADD c6 positive_amount", true},
          Case{"ALTER TABLE orders ALTER price TYPE bigint", true},
          Case{"ALTER TABLE orders ALTER code TYPE text", false}, Case{"ALTER TABLE orders SET UNLOGGED", true},
          Case{"ALTER TABLE orders ALTER note SET NOT NULL", false}}) {
        auto const session = open();
        test::must(session->execute("BEGIN"));
        std::string const file = "SELECT relfilenode::text FROM pg_class WHERE relname = 'orders'";
        auto const before = test::must(session->text(file));
        test::must(session->execute(sql));
        EXPECT_EQ(before != test::must(session->text(file)), rewrites) << sql;
        test::must(session->execute("ROLLBACK"));
    }
}

TEST_F(LockClaims, concurrently_in_a_transaction_is_refused) {
    for (auto const* sql : {"CREATE INDEX CONCURRENTLY i ON orders (note)", "DROP INDEX CONCURRENTLY by_price",
                            "REINDEX INDEX CONCURRENTLY by_price"}) {
        auto const session = open();
        test::must(session->execute("BEGIN"));
        EXPECT_FALSE(session->execute(sql)) << sql;
    }
}

} // namespace
} // namespace sluice::split_check
