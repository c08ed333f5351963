#include "tools/split-check/file_judge.hpp"

#include <algorithm>
#include <array>
#include <regex>

namespace sluice::split_check {

namespace {

constexpr unsigned k_version_with_storage = 16;
constexpr unsigned k_version_with_set_expression = 17;
constexpr unsigned k_version_with_virtual = 18;
// std::regex recurses per character, so long texts are not given to it.
constexpr std::size_t k_longest_for_patterns = 2000;

// A form that the grammar at hand refuses; `judge` is told what the groups of the pattern hold.
struct Form {
    unsigned since; // PostgreSQL's major version
    std::regex pattern;
    void (*judge)(StatementJudge& judge, std::smatch const& found);
};

std::regex pattern(char const* text) { return std::regex(text, std::regex::icase); }

void judge_not_null_constraint(StatementJudge& judge, std::smatch const& found) {
    std::string const table = found[1];
    std::string const object = table + "." + found[3].str();
    judge.lock(Lock::access_exclusive, table);
    judge.note({rule::set_not_null, Phase::contract, found[4].matched ? Safety::review : Safety::unsafe, object,
                "makes " + object + " NOT NULL" + (found[4].matched ? " for new rows alone" : "")});
}

void judge_virtual_column(StatementJudge& judge, std::smatch const& found) {
    judge.lock(Lock::access_exclusive, found[1]);
    judge.phase(Phase::expand);
    judge.added(found[2]);
}

// The table is rewritten for a stored column.
void judge_set_expression(StatementJudge& judge, std::smatch const& found) {
    std::string const object = found[1].str() + "." + found[2].str();
    judge.lock(Lock::access_exclusive, found[1]);
    judge.note(
        {rule::add_generated_column, Phase::never, Safety::unsafe, object, "changes the expression of " + object});
}

// RETURNING gives back what was done and changes nothing of it.
void judge_merge_returning(StatementJudge& judge, std::smatch const& found) {
    judge.note({rule::bulk_write, Phase::data, Safety::review, found[1], "merges rows into " + found[1].str(), true});
}

// A constraint that is not enforced is only written down.
void judge_not_enforced(StatementJudge& judge, std::smatch const& found) {
    judge.lock(Lock::access_exclusive, found[1]);
    judge.phase(Phase::expand);
}

// Source: manuals of 17 and 18, ALTER TABLE and MERGE.
std::array<Form, 5> const& forms() {
    static std::array<Form, 5> const all{
        {{k_version_with_set_expression,
          pattern(
              R"(alter\s+table\s+(?:only\s+)?([\w.]+)\s+alter\s+(?:column\s+)?(\w+)\s+set\s+expression\s+as\s*\([^;]*\)\s*)"),
          judge_set_expression},
         {k_version_with_set_expression, pattern(R"(merge\s+into\s+(?:only\s+)?([\w.]+)\s[^;]*\sreturning\s[^;]*)"),
          judge_merge_returning},
         {k_version_with_virtual,
          pattern(
              R"(alter\s+table\s+(?:only\s+)?([\w.]+)\s+add\s+(?:constraint\s+(\w+)\s+)?not\s+null\s+(\w+)(\s+not\s+valid)?\s*)"),
          judge_not_null_constraint},
         {k_version_with_virtual,
          pattern(
              R"(alter\s+table\s+([\w.]+)\s+add\s+(?:column\s+)?(\w+)\s+\w+\s+generated\s+always\s+as\s+\([^;]*\)\s+virtual\s*)"),
          judge_virtual_column},
         {k_version_with_virtual,
          pattern(
              R"(alter\s+table\s+(?:only\s+)?([\w.]+)\s+add\s+(?:constraint\s+\w+\s+)?(check|foreign\s+key)\s*\([^;]*\snot\s+enforced\s*)"),
          judge_not_enforced}}};
    return all;
}

} // namespace

bool judge_unparsed(StatementJudge& judge) {
    std::string const& text = judge.statement().text;
    if (judge.version() < k_version_with_set_expression || text.size() > k_longest_for_patterns) {
        return false;
    }
    std::smatch found;
    auto const place = std::find_if(forms().begin(), forms().end(), [&](Form const& form) {
        return judge.version() >= form.since && std::regex_match(text, found, form.pattern);
    });
    if (place == forms().end()) {
        return false;
    }
    place->judge(judge, found);
    return true;
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
