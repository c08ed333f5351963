#include "tools/split-check/file_judge.hpp"

#include <regex>

namespace sluice::split_check {

namespace {

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

} // namespace

bool judge_unparsed(StatementJudge& judge) {
    std::string const& text = judge.statement().text;
    if (judge.version() < k_version_with_virtual || text.size() > k_longest_for_patterns) {
        return false;
    }
    return judge_not_null_constraint(judge, text) || judge_virtual_column(judge, text);
}

} // namespace sluice::split_check
