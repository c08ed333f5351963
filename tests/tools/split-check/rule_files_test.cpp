#include "tests/support/must.hpp"
#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/split-check/release.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <sstream>

// Each rule is a file of SQL beside this test, with what must be found in expected.tsv, and a second file with the safe
// form, in which nothing may be found.
namespace sluice::split_check {
namespace {

struct Expected {
    std::size_t line;
    std::string text; ///< "rule phase safety"
    std::string lock;
};

std::filesystem::path folder() { return test::source_folder() / "tests/tools/split-check/rules"; }

std::map<std::string, std::vector<Expected>> read_expected() {
    std::map<std::string, std::vector<Expected>> all;
    std::istringstream lines(test::read_text(folder() / "expected.tsv"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) {
            continue;
        }
        std::istringstream fields(line);
        std::vector<std::string> f;
        for (std::string field; std::getline(fields, field, '\t');) {
            f.push_back(field);
        }
        all[f.at(0)].push_back({std::stoul(f.at(1)), f.at(2) + " " + f.at(3) + " " + f.at(4), f.at(5)});
    }
    return all;
}

SqlSettings settings_of(std::string const& text) {
    SqlSettings settings;
    std::size_t const at = text.find("-- settings: ");
    std::istringstream words(at == std::string::npos ? "" : text.substr(at + 13));
    for (std::string word; words >> word;) {
        settings.one_transaction = settings.one_transaction || word == "transaction";
        settings.style = settings.style || word == "style";
        settings.mysql = settings.mysql || word == "mysql";
        if (word.starts_with("version=")) {
            settings.postgres_version = static_cast<unsigned>(std::stoul(word.substr(8)));
        }
    }
    return settings;
}

SqlReport judge_file(std::filesystem::path const& file) {
    std::string const text = test::read_text(file);
    SchemaState state;
    return judge_sql(text, settings_of(text), state);
}

std::string shown(Finding const& finding) {
    return std::to_string(finding.line) + ": " + std::to_string(finding.rule) + " " +
           std::string(name_of(finding.phase)) + " " + std::string(name_of(finding.safety));
}

TEST(RuleFiles, say_what_the_table_says) {
    for (auto const& [name, wanted] : read_expected()) {
        auto const report = judge_file(folder() / name);
        std::vector<std::string> expected;
        std::vector<std::string> found;
        for (auto const& one : wanted) {
            expected.push_back(std::to_string(one.line) + ": " + one.text);
        }
        for (auto const& finding : report.findings) {
            found.push_back(shown(finding));
        }
        std::sort(expected.begin(), expected.end());
        std::sort(found.begin(), found.end());
        EXPECT_EQ(found, expected) << name;
    }
}

TEST(RuleFiles, claim_the_locks_of_the_table) {
    for (auto const& [name, wanted] : read_expected()) {
        auto const report = judge_file(folder() / name);
        for (auto const& one : wanted) {
            bool const found = one.lock == "?" ||
                               std::any_of(report.findings.begin(), report.findings.end(), [&](Finding const& finding) {
                                   return shown(finding) == std::to_string(one.line) + ": " + one.text &&
                                          finding.lock == (one.lock == "-" ? "" : one.lock);
                               });
            EXPECT_TRUE(found) << name << ":" << one.line << " " << one.lock;
        }
    }
}

TEST(RuleFiles, find_nothing_in_the_safe_forms) {
    std::size_t files = 0;
    for (auto const& entry : std::filesystem::directory_iterator(folder())) {
        if (entry.path().string().ends_with(".safe.sql")) {
            ++files;
            auto const report = judge_file(entry.path());
            // MySQL's grammar is not read, so there nothing is better than a review.
            bool const mysql = entry.path().string().find("mysql") != std::string::npos;
            EXPECT_EQ(report.safety, mysql ? Safety::review : Safety::safe) << entry.path();
            EXPECT_TRUE(report.findings.empty()) << entry.path() << ": " << shown(report.findings.front());
            EXPECT_GT(report.statements, 0U) << entry.path();
        }
    }
    EXPECT_EQ(files, 40U);
}

TEST(RuleFiles, teach_in_every_rule) {
    EXPECT_EQ(all_rules().size(), 47U);
    for (auto const& rule : all_rules()) {
        EXPECT_GT(rule.harm.size(), 15U) << rule.name;
        EXPECT_GT(rule.advice.size(), 10U) << rule.name;
        EXPECT_EQ(rule_number(rule.name), rule.number);
    }
}

TEST(SetNotNull, is_safe_after_a_check_that_was_validated) {
    SchemaState state;
    SqlSettings const settings;
    ASSERT_EQ(judge_sql("ALTER TABLE orders ADD CONSTRAINT c CHECK (note IS NOT NULL) NOT VALID;", settings, state)
                  .findings.back()
                  .rule,
              rule::no_lock_timeout);
    EXPECT_TRUE(judge_sql("ALTER TABLE orders VALIDATE CONSTRAINT c;", settings, state).findings.empty());
    auto const last = judge_sql("SET lock_timeout='1s'; ALTER TABLE orders ALTER note SET NOT NULL;", settings, state);
    EXPECT_EQ(last.safety, Safety::safe);
    EXPECT_EQ(last.phase, Phase::contract);
    SqlSettings old;
    old.postgres_version = 11;
    EXPECT_EQ(judge_sql("SET lock_timeout='1s'; ALTER TABLE orders ALTER note SET NOT NULL;", old, state).safety,
              Safety::unsafe);
}

TEST(SmallTables, are_locked_without_harm) {
    SchemaState state;
    SqlSettings settings;
    settings.table_bytes["countries"] = 8192;
    settings.table_bytes["orders"] = std::uint64_t{1} << 40U;
    EXPECT_EQ(judge_sql("CREATE INDEX i ON countries (name);", settings, state).safety, Safety::review);
    EXPECT_EQ(judge_sql("CREATE INDEX i ON orders (name);", settings, state).safety, Safety::unsafe);
}

} // namespace
} // namespace sluice::split_check
