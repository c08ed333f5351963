#pragma once

#include "tools/split-check/sql_judge.hpp"
#include "tools/split-check/sql_prepare.hpp"
#include "tools/split-check/sql_text.hpp"

namespace sluice::split_check {

/// Sends a statement to its rule function; what has none is opaque.
void judge_statement(StatementJudge& judge);

/// Puts the statements of one file together: lines, transactions, time limits of locks, and what stands inside DO
/// blocks and functions.
class FileJudge {
  public:
    FileJudge(PreparedSql const& sql, SqlSettings const& settings, SchemaState& state)
        : m_sql(sql), m_lines(sql.text), m_settings(settings), m_state(state),
          m_has_timeout(settings.lock_timeout_set) {}

    void take(SqlStatement const& statement);
    void opaque_line(OpaqueLine const& line);
    void placeholder(std::size_t offset);
    [[nodiscard]] SqlReport finish() &&;

  private:
    /// What is held until the transaction ends.
    struct Transaction {
        bool open = false;
        std::set<std::string> locked{};
        std::set<std::string> not_valid{};
        bool many_reported = false;
        std::optional<Finding> write{};
    };

    void take_unparsed(SqlStatement const& statement);
    void take_for_mysql(SqlStatement const& statement);
    void take_notes(StatementJudge& judge, SqlStatement const& statement);
    void take_inner(SqlStatement const& statement);
    void take_inner_statement(SqlStatement const& inner, std::size_t line, bool runs_now);
    void follow_transaction(SqlStatement const& statement);
    void follow_settings(SqlStatement const& statement);
    void check_concurrently(SqlStatement const& statement);
    void check_validation(SqlStatement const& statement);
    void check_locks(StatementJudge const& judge, SqlStatement const& statement);
    void check_writes(StatementJudge const& judge, SqlStatement const& statement);
    void end_transaction();
    [[nodiscard]] bool in_transaction() const { return m_settings.one_transaction || m_transaction.open; }
    Finding& add(Note const& note, SqlStatement const& statement, std::size_t line, std::string lock);
    [[nodiscard]] std::size_t line_of(SqlStatement const& statement, std::size_t offset) const;

    PreparedSql const& m_sql;
    Lines m_lines;
    SqlSettings const& m_settings;
    SchemaState& m_state;
    SqlReport m_report{};
    Transaction m_transaction{};
    bool m_has_timeout;
    bool m_timeout_reported = false;
};

/// The statement in one line, blanks made one, at most 200 letters: what a fingerprint is made of.
[[nodiscard]] std::string normalised(std::string_view statement);

/// Text rules for what the grammar at hand does not know. True when they knew it.
[[nodiscard]] bool judge_unparsed(StatementJudge& judge);

/// The statement in a form that the grammar at hand reads and that means the same for the rules, or empty.
[[nodiscard]] std::string older_form(std::string const& statement, unsigned postgres_version);

/// MySQL's own words about copies and locks. True when there are some.
[[nodiscard]] bool judge_mysql_text(StatementJudge& judge);
/// MySQL's backticks as the quotes of the standard.
[[nodiscard]] std::string with_standard_quotes(std::string text);
/// Whether what a rule says of PostgreSQL is true of MySQL too; what is about locks is not.
[[nodiscard]] bool holds_in_mysql(int number);

} // namespace sluice::split_check
