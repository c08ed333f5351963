#pragma once

#include "tools/split-check/model.hpp"
#include "tools/split-check/rules.hpp"
#include "tools/split-check/sql_parse.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sluice::split_check {

/// How a file of SQL will be run.
struct SqlSettings {
    unsigned postgres_version = 15;
    bool one_transaction = false; ///< the tool wraps the file into a transaction
    bool lock_timeout_set = false;
    bool style = false;
    bool mysql = false;
    std::map<std::string, std::uint64_t> table_bytes{};
    std::vector<std::string> up_markers{};
    std::vector<std::string> down_markers{};
};

/// What earlier statements of the same change did, so that later ones are judged rightly. Passed from file to file.
struct SchemaState {
    std::set<std::string> new_tables{};
    std::map<std::string, std::string> not_null_checks{}; ///< constraint -> "table.column" it would prove
    std::set<std::string> proven_not_null{};              ///< "table.column" with a validated check
    std::set<std::string> tables_with_policy{};
};

/// PostgreSQL's table locks that matter here, weakest first. Source: manual, "Explicit Locking".
enum class Lock { none, share_update_exclusive, share, share_row_exclusive, access_exclusive };

/// What one file holds.
struct SqlReport {
    std::vector<Finding> findings{}; ///< without path
    Phase phase = Phase::none;
    Safety safety = Safety::safe;
    Safety floor = Safety::safe;     ///< no better than this, whatever the findings say
    std::set<std::string> dropped{}; ///< identifiers that code must no longer name
    std::set<std::string> added{};   ///< identifiers that code may name from now on
    std::size_t statements = 0;
};

/// Judges one file. Pure; `state` is carried on to the next file of the same change.
[[nodiscard]] SqlReport judge_sql(std::string_view text, SqlSettings const& settings, SchemaState& state);

/// What a rule function says of one statement.
struct Note {
    int rule;
    Phase phase;
    Safety safety;
    std::string object;
    std::string what; ///< "drops column orders.note"
    bool data_lost = false;
    std::size_t offset = 0; ///< within the statement; 0: its first word
};

/// Collects what the rule functions find about one statement. Files named rules_*.cpp hold those functions.
class StatementJudge {
  public:
    StatementJudge(SqlStatement const& statement, SqlSettings const& settings, SchemaState& state)
        : m_statement(statement), m_settings(settings), m_state(state) {}

    [[nodiscard]] SqlStatement const& statement() const { return m_statement; }
    [[nodiscard]] Json const& node() const { return m_statement.node; }
    [[nodiscard]] unsigned version() const { return m_settings.postgres_version; }
    [[nodiscard]] SqlSettings const& settings() const { return m_settings; }
    [[nodiscard]] SchemaState& state() { return m_state; }

    /// Whether the table was made by the same change, so that nobody can use it yet.
    [[nodiscard]] bool is_new(std::string const& table) const { return m_state.new_tables.contains(table); }

    /// The statement belongs to this phase even when no rule speaks.
    void phase(Phase phase) { m_phase = joined(m_phase, phase); }
    /// The statement takes this lock on a table that others may be using.
    void lock(Lock lock, std::string const& table);
    void note(Note note);
    void dropped(std::string const& name) { m_dropped.insert(name); }
    void added(std::string const& name) { m_added.insert(name); }

    /// Where `word` stands in the statement at or behind the last place found: nodes of dropped things have no place.
    [[nodiscard]] std::size_t offset_of(std::string const& word);
    /// The node's own place, counted from the statement's first word; 0 when it has none.
    [[nodiscard]] static std::size_t location(Json const& node);

    std::vector<Note> m_notes{};
    std::map<std::string, Lock> m_locks{};
    Phase m_phase = Phase::none;
    std::set<std::string> m_dropped{};
    std::set<std::string> m_added{};

  private:
    SqlStatement const& m_statement;
    SqlSettings const& m_settings;
    SchemaState& m_state;
    std::size_t m_cursor = 0;
};

/// Rule functions, by the statement's node. Each says all that there is to say of its statements; what none knows is
/// opaque.
void judge_alter_table(StatementJudge& judge);
void judge_create_table(StatementJudge& judge);
void judge_index(StatementJudge& judge);
void judge_drop(StatementJudge& judge);
void judge_rename(StatementJudge& judge);
void judge_rows(StatementJudge& judge);
void judge_maintenance(StatementJudge& judge);
void judge_behaviour(StatementJudge& judge);
void judge_types(StatementJudge& judge);

/// The name of a lock as the manual writes it; empty for none.
[[nodiscard]] std::string_view name_of(Lock lock);

/// "ACCESS EXCLUSIVE on orders, …" for the strongest locks held.
[[nodiscard]] std::string lock_text(std::map<std::string, Lock> const& locks);

} // namespace sluice::split_check
