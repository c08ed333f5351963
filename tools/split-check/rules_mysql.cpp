#include "tools/split-check/file_judge.hpp"

#include <algorithm>
#include <array>

namespace sluice::split_check {

namespace {

// What stands in the text of a statement for MySQL, and what it does there. All are about whole tables, so none is
// better than a review. Source: MySQL 8.0 manual, "Online DDL Operations".
struct TextRule {
    std::string_view words;
    std::string_view also; ///< must be there too; empty: nothing
    Phase phase;
    Safety safety;
    std::string_view what;
};

constexpr std::array<TextRule, 10> k_rules{{
    {"algorithm=copy", "", Phase::never, Safety::unsafe, "copies the whole table while writes wait"},
    {"lock=shared", "", Phase::never, Safety::unsafe, "lets writes wait until it is done"},
    {"lock=exclusive", "", Phase::never, Safety::unsafe, "lets all use of the table wait until it is done"},
    {" modify ", " enum(", Phase::never, Safety::review, "changes an ENUM: only values added at the end need no copy"},
    {" modify ", " set(", Phase::never, Safety::review, "changes a SET: only values added at the end need no copy"},
    {" change ", " ", Phase::never, Safety::review, "renames or retypes a column, which may copy the table"},
    {" modify ", " ", Phase::never, Safety::review, "retypes a column, which may copy the table"},
    {" default (", "", Phase::never, Safety::review, "adds an expression as default, which copies the table"},
    {"foreign key", "", Phase::contract, Safety::review,
     "adds a foreign key, which copies the table unless checks are off"},
    {"check (", "", Phase::contract, Safety::review, "adds a CHECK, which copies the table"},
}};

// Lower case, one blank for all white space, none around "=".
std::string plain_text(std::string_view text) {
    std::string plain = " ";
    for (char const c : lower(normalised(text))) {
        if (c == '=' && plain.back() == ' ') {
            plain.back() = c;
        } else if (!(c == ' ' && plain.back() == '=')) {
            plain += c;
        }
    }
    return plain + " ";
}

} // namespace

std::string with_standard_quotes(std::string text) {
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '`') {
            text[at++] = '"';
            continue;
        }
        std::size_t const behind = skip_quoted(text, at);
        at = behind > at ? behind : at + 1;
    }
    return text;
}

bool judge_mysql_text(StatementJudge& judge) {
    std::string const text = plain_text(judge.statement().text);
    for (auto const& rule : k_rules) {
        bool const fits = text.find(rule.words) != std::string::npos && text.find(rule.also) != std::string::npos;
        if (fits && text.starts_with(" alter table ")) {
            judge.note({rule::mysql, rule.phase, rule.safety, "", std::string(rule.what)});
            return true;
        }
    }
    return false;
}

bool holds_in_mysql(int number) {
    constexpr std::array<int, 9> rules{rule::drop_table,          rule::drop_column, rule::drop_object, rule::rename,
                                       rule::add_required_column, rule::truncate,    rule::bulk_write,  rule::opaque,
                                       rule::expand_and_contract};
    return std::find(rules.begin(), rules.end(), number) != rules.end();
}

} // namespace sluice::split_check
