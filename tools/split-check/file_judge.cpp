#include "tools/split-check/file_judge.hpp"

#include "tools/split-check/statement_facts.hpp"
#include "tools/split-check/style_rules.hpp"

#include <algorithm>

namespace sluice::split_check {

std::string normalised(std::string_view statement) {
    constexpr std::size_t most = 200;
    std::string text;
    for (char const c : statement) {
        bool const blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank) {
            text += c;
        } else if (!text.empty() && text.back() != ' ') {
            text += ' ';
        }
        if (text.size() >= most) {
            break;
        }
    }
    return text;
}

std::size_t FileJudge::line_of(SqlStatement const& statement, std::size_t offset) const {
    return m_lines.at(statement.begin + offset);
}

Finding& FileJudge::add(Note const& note, SqlStatement const& statement, std::size_t line, std::string lock) {
    Rule const& rule = rule_of(note.rule);
    Finding finding;
    finding.rule = note.rule;
    finding.safety = note.safety;
    finding.phase = note.phase;
    finding.line = line;
    finding.object = note.object;
    finding.message = note.what + ": " + std::string(rule.harm);
    finding.advice = rule.advice;
    finding.lock = std::move(lock);
    finding.statement = normalised(statement.text);
    finding.data_lost = note.data_lost;
    m_report.safety = worse(m_report.safety, note.safety);
    m_report.phase = joined(m_report.phase, note.phase);
    return m_report.findings.emplace_back(std::move(finding));
}

void FileJudge::opaque_line(OpaqueLine const& line) {
    SqlStatement statement;
    statement.text = line.text;
    add({rule::opaque, Phase::unknown, Safety::unknown, "", "a command of psql"}, statement, line.line, "");
}

// Its value may hold more than a name.
void FileJudge::placeholder(std::size_t offset) {
    SqlStatement statement;
    statement.begin = offset;
    statement.text = "placeholder";
    add({rule::opaque, Phase::none, Safety::review, "", "placeholders are filled in when it runs"}, statement,
        line_of(statement, 0), "");
}

void FileJudge::take(SqlStatement const& statement) {
    ++m_report.statements;
    if (m_settings.mysql) {
        take_for_mysql(statement);
        return;
    }
    if (!statement.error.empty()) {
        take_unparsed(statement);
        return;
    }
    follow_settings(statement);
    check_concurrently(statement);
    check_validation(statement);
    if (statement.type == "DoStmt" || statement.type == "CreateFunctionStmt") {
        take_inner(statement);
    }
    if (statement.type != "DoStmt") {
        StatementJudge judge(statement, m_settings, m_state);
        judge_statement(judge);
        take_notes(judge, statement);
    }
    if (m_settings.style) {
        for (auto const& note : style_notes(statement)) {
            add(note, statement, line_of(statement, note.offset), "");
        }
    }
    follow_transaction(statement);
}

void FileJudge::take_unparsed(SqlStatement const& statement) {
    StatementJudge judge(statement, m_settings, m_state);
    if (judge_unparsed(judge)) {
        take_notes(judge, statement);
        return;
    }
    auto const older = parse_sql(older_form(statement.text, m_settings.postgres_version));
    if (older.size() == 1 && older.front().error.empty()) {
        StatementJudge inner(older.front(), m_settings, m_state);
        judge_statement(inner);
        take_notes(inner, statement);
        return;
    }
    std::string const placeholder = m_sql.first_placeholder ? ", with placeholders in it" : "";
    add({rule::opaque, Phase::unknown, Safety::unknown, "",
         "is not read by the grammar of " + grammar_version() + placeholder + " (" + statement.error + ")"},
        statement, line_of(statement, statement.error_offset), "");
}

// What both databases share is told by PostgreSQL's grammar, the rest by words. Locks are another database's matter.
void FileJudge::take_for_mysql(SqlStatement const& statement) {
    m_report.floor = Safety::review;
    m_report.safety = worse(m_report.safety, m_report.floor);
    StatementJudge judge(statement, m_settings, m_state);
    bool const told = judge_mysql_text(judge);
    if (statement.error.empty()) {
        judge_statement(judge);
    } else if (!told) {
        judge.note({rule::mysql, Phase::unknown, Safety::review, "", "a statement for MySQL"});
    }
    std::erase_if(judge.m_notes,
                  [](Note const& note) { return note.rule != rule::mysql && !holds_in_mysql(note.rule); });
    m_report.phase = joined(m_report.phase, judge.m_phase);
    m_report.dropped.insert(judge.m_dropped.begin(), judge.m_dropped.end());
    m_report.added.insert(judge.m_added.begin(), judge.m_added.end());
    for (auto const& note : judge.m_notes) {
        add(note, statement, line_of(statement, note.offset), "");
    }
}

void FileJudge::take_notes(StatementJudge& judge, SqlStatement const& statement) {
    m_report.phase = joined(m_report.phase, judge.m_phase);
    m_report.dropped.insert(judge.m_dropped.begin(), judge.m_dropped.end());
    m_report.added.insert(judge.m_added.begin(), judge.m_added.end());
    for (auto const& note : judge.m_notes) {
        add(note, statement, line_of(statement, note.offset == 0 ? 0 : note.offset), lock_text(judge.m_locks));
    }
    check_locks(judge, statement);
    check_writes(judge, statement);
}

void FileJudge::take_inner(SqlStatement const& statement) {
    bool const runs_now = statement.type == "DoStmt";
    std::string const body = body_of(statement);
    std::string const language = language_of(statement);
    std::size_t const body_at = body.empty() ? 0 : std::min(statement.text.find(body), statement.text.size());
    std::size_t const first_line = line_of(statement, body_at);
    if (language == "sql") {
        for (auto const& one : parse_sql(body)) {
            take_inner_statement(one, first_line + line_at(body, one.begin) - 1, runs_now);
        }
        return;
    }
    if (language != "plpgsql") {
        if (runs_now) {
            add({rule::opaque, Phase::unknown, Safety::unknown, "", "runs a block of " + language}, statement,
                first_line, "");
        }
        return;
    }
    for (auto const& inner : sql_inside(statement.text)) {
        std::size_t const line = first_line + inner.line - 1;
        auto const statements = parse_sql(inner.text);
        if (statements.empty() && runs_now) {
            add({rule::opaque, Phase::unknown, Safety::unknown, "", "runs SQL that is put together while it runs"},
                statement, line, "");
        }
        for (auto const& one : statements) {
            take_inner_statement(one, line, runs_now);
        }
    }
}

// What a function would do matters when it is called; a block does it now.
void FileJudge::take_inner_statement(SqlStatement const& inner, std::size_t line, bool runs_now) {
    StatementJudge judge(inner, m_settings, m_state);
    if (!inner.error.empty()) {
        judge.note({rule::opaque, Phase::unknown, Safety::unknown, "", "is not read inside a block"});
    } else if (runs_now || inner.type != "SelectStmt") {
        judge_statement(judge);
    }
    if (runs_now) {
        m_report.phase = joined(m_report.phase, judge.m_phase);
        m_report.dropped.insert(judge.m_dropped.begin(), judge.m_dropped.end());
    }
    for (auto note : judge.m_notes) {
        if (runs_now) {
            add(note, inner, line, lock_text(judge.m_locks));
        } else if (note.safety == Safety::unsafe) {
            note.rule = rule::replace_routine;
            note.what = "when called, it " + note.what;
            note.safety = Safety::review;
            note.phase = Phase::none;
            add(note, inner, line, "");
        }
    }
    if (runs_now) {
        check_locks(judge, inner);
        check_writes(judge, inner);
    }
}

void FileJudge::follow_settings(SqlStatement const& statement) {
    if (statement.type == "VariableSetStmt" && is_timeout(text_at(statement.node, "name"))) {
        m_has_timeout = m_settings.lock_timeout_set || sets_timeout(statement);
    }
}

void FileJudge::follow_transaction(SqlStatement const& statement) {
    if (statement.type != "TransactionStmt") {
        return;
    }
    std::string const kind = text_at(statement.node, "kind");
    if (is_begin(kind) || is_end(kind)) {
        end_transaction();
        m_transaction.open = is_begin(kind);
    }
}

void FileJudge::check_concurrently(SqlStatement const& statement) {
    if (is_concurrent(statement) && in_transaction()) {
        add({rule::concurrently_in_transaction, Phase::none, Safety::unsafe, "", "CONCURRENTLY inside a transaction"},
            statement, line_of(statement, 0), "");
    }
}

void FileJudge::check_validation(SqlStatement const& statement) {
    std::string const table = table_of(at(statement.node, "relation"));
    for (auto const& item : at(statement.node, "cmds")) {
        Json const& command = at(item, "AlterTableCmd");
        Json const& constraint = at(at(command, "def"), "Constraint");
        if (flag_at(constraint, "skip_validation")) {
            m_transaction.not_valid.insert(table + "." + text_at(constraint, "conname"));
        }
        std::string const object = table + "." + text_at(command, "name");
        bool const validates = text_at(command, "subtype") == "AT_ValidateConstraint";
        if (validates && in_transaction() && m_transaction.not_valid.contains(object)) {
            add({rule::validate_in_same_transaction, Phase::none, Safety::unsafe, object,
                 "validates " + object + " in the transaction that added it"},
                statement, line_of(statement, 0), "");
        }
    }
}

void FileJudge::check_locks(StatementJudge const& judge, SqlStatement const& statement) {
    for (auto const& [table, lock] : judge.m_locks) {
        if (lock != Lock::access_exclusive) {
            continue;
        }
        m_transaction.locked.insert(table);
        if (!m_has_timeout && !m_timeout_reported) {
            m_timeout_reported = true;
            add({rule::no_lock_timeout, Phase::none, Safety::review, table,
                 "locks " + table + " without a lock_timeout"},
                statement, line_of(statement, 0), "ACCESS EXCLUSIVE on " + table);
        }
    }
    if (in_transaction() && m_transaction.locked.size() > 1 && !m_transaction.many_reported) {
        m_transaction.many_reported = true;
        add({rule::many_locks, Phase::none, Safety::review, *m_transaction.locked.begin(),
             std::to_string(m_transaction.locked.size()) + " tables are locked in one transaction"},
            statement, line_of(statement, 0), "");
    }
}

// A write beside DDL in one transaction is known for what it is when both have been seen.
void FileJudge::check_writes(StatementJudge const& judge, SqlStatement const& statement) {
    bool const writes = statement.type == "UpdateStmt" || statement.type == "DeleteStmt";
    std::string const table = table_of(at(statement.node, "relation"));
    if (writes && !judge.is_new(table) && judge.m_notes.empty() && !m_transaction.write) {
        Finding finding;
        finding.line = line_of(statement, 0);
        finding.object = table;
        finding.statement = normalised(statement.text);
        m_transaction.write = std::move(finding);
    }
    if (in_transaction() && m_transaction.write && !m_transaction.locked.empty()) {
        SqlStatement written;
        written.text = m_transaction.write->statement;
        add({rule::bulk_write, Phase::data, Safety::unsafe, m_transaction.write->object,
             "writes rows of " + m_transaction.write->object + " in a transaction that locks " +
                 *m_transaction.locked.begin()},
            written, m_transaction.write->line, "");
        m_transaction.write.reset();
    }
}

void FileJudge::end_transaction() { m_transaction = {}; }

SqlReport FileJudge::finish() && {
    std::stable_sort(m_report.findings.begin(), m_report.findings.end(),
                     [](Finding const& a, Finding const& b) { return a.line < b.line; });
    return std::move(m_report);
}

} // namespace sluice::split_check
