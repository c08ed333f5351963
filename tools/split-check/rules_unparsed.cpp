#include "tools/split-check/file_judge.hpp"

#include <regex>

namespace sluice::split_check {

namespace {

constexpr unsigned k_version_with_storage = 16;
constexpr unsigned k_version_with_set_expression = 17;
constexpr unsigned k_version_with_virtual = 18;
// std::regex recurses per character, so long texts are not given to it.
constexpr std::size_t k_longest_for_patterns = 2000;

// Forms of PostgreSQL 18 that the grammar at hand refuses. Source: manual of 18, ALTER TABLE.
bool judge_not_null_constraint(StatementJudge& judge, std::string const& text) {
    static std::regex const form(
        R"(alter\s+table\s+(?:only\s+)?([\w.]+)\s+add\s+(?:constraint\s+(\w+)\s+)?not\s+null\s+(\w+)(\s+not\s+valid)?\s*)",
        std::regex::icase);
    std::smatch found;
    if (!std::regex_match(text, found, form)) {
        return false;
    }
    std::string const table = found[1];
    std::string const object = table + "." + found[3].str();
    judge.lock(Lock::access_exclusive, table);
    judge.note({rule::set_not_null, Phase::contract, found[4].matched ? Safety::review : Safety::unsafe, object,
                "makes " + object + " NOT NULL" + (found[4].matched ? " for new rows alone" : "")});
    return true;
}

bool judge_virtual_column(StatementJudge& judge, std::string const& text) {
    static std::regex const form(
        R"(alter\s+table\s+([\w.]+)\s+add\s+(?:column\s+)?(\w+)\s+\w+\s+generated\s+always\s+as\s+\([^;]*\)\s+virtual\s*)",
        std::regex::icase);
    std::smatch found;
    if (!std::regex_match(text, found, form)) {
        return false;
    }
    judge.lock(Lock::access_exclusive, found[1]);
    judge.phase(Phase::expand);
    judge.added(found[2]);
    return true;
}

// Source: manual of 17, ALTER TABLE: the table is rewritten for a stored column.
bool judge_set_expression(StatementJudge& judge, std::string const& text) {
    static std::regex const form(
        R"(alter\s+table\s+(?:only\s+)?([\w.]+)\s+alter\s+(?:column\s+)?(\w+)\s+set\s+expression\s+as\s*\([^;]*\)\s*)",
        std::regex::icase);
    std::smatch found;
    if (!std::regex_match(text, found, form)) {
        return false;
    }
    std::string const object = found[1].str() + "." + found[2].str();
    judge.lock(Lock::access_exclusive, found[1]);
    judge.note(
        {rule::add_generated_column, Phase::never, Safety::unsafe, object, "changes the expression of " + object});
    return true;
}

// Source: manual of 17, MERGE: RETURNING gives back what was done and changes nothing of it.
bool judge_merge_returning(StatementJudge& judge, std::string const& text) {
    static std::regex const form(R"(merge\s+into\s+(?:only\s+)?([\w.]+)\s[^;]*\sreturning\s[^;]*)", std::regex::icase);
    std::smatch found;
    if (!std::regex_match(text, found, form)) {
        return false;
    }
    judge.note({rule::bulk_write, Phase::data, Safety::review, found[1], "merges rows into " + found[1].str(), true});
    return true;
}

// Source: manual of 18, ALTER TABLE: a constraint that is not enforced is only written down.
bool judge_not_enforced(StatementJudge& judge, std::string const& text) {
    static std::regex const form(
        R"(alter\s+table\s+(?:only\s+)?([\w.]+)\s+add\s+(?:constraint\s+\w+\s+)?(check|foreign\s+key)\s*\([^;]*\snot\s+enforced\s*)",
        std::regex::icase);
    std::smatch found;
    if (!std::regex_match(text, found, form)) {
        return false;
    }
    judge.lock(Lock::access_exclusive, found[1]);
    judge.phase(Phase::expand);
    return true;
}

} // namespace

bool judge_unparsed(StatementJudge& judge) {
    std::string const& text = judge.statement().text;
    if (judge.version() < k_version_with_set_expression || text.size() > k_longest_for_patterns) {
        return false;
    }
    if (judge_set_expression(judge, text) || judge_merge_returning(judge, text)) {
        return true;
    }
    return judge.version() >= k_version_with_virtual &&
           (judge_not_null_constraint(judge, text) || judge_virtual_column(judge, text) ||
            judge_not_enforced(judge, text));
}

// In a table that is being made, how a column is stored or computed locks nobody. Source: manuals of 16 and 18, CREATE
// TABLE.
std::string older_form(std::string const& statement, unsigned postgres_version) {
    static std::regex const creates(R"(create\s+(?:\w+\s+)?table\s)", std::regex::icase);
    static std::regex const storage(R"(\sstorage\s+(?:plain|external|extended|main|default)\b)", std::regex::icase);
    static std::regex const computed(R"((\))\s*virtual\b)", std::regex::icase);
    bool const readable = postgres_version >= k_version_with_storage && statement.size() <= k_longest_for_patterns &&
                          std::regex_search(statement, creates, std::regex_constants::match_continuous);
    if (!readable) {
        return {};
    }
    std::string const stored = std::regex_replace(statement, storage, "");
    return postgres_version < k_version_with_virtual ? stored : std::regex_replace(stored, computed, "$1 STORED");
}

} // namespace sluice::split_check
