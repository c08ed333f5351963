#include "tests/support/run_tool.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/split-check/change_list.hpp"
#include "tools/split-check/config.hpp"
#include "tools/split-check/git.hpp"
#include "tools/split-check/glob.hpp"
#include "tools/split-check/locations.hpp"
#include "tools/split-check/method_scan.hpp"
#include "tools/split-check/sql_judge.hpp"
#include "tools/split-check/waiver.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>

// libpg-query 15-4.0.0 keeps the empty error buffer of each block that pg_query_parse_plpgsql reads: one byte, which
// its interface gives no way to free.
// The name is the sanitizer's own.
extern "C" char const* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" char const* __lsan_default_suppressions() { // NOLINT(bugprone-reserved-identifier)
    return "leak:pg_query_raw_parse\n";
}

// Mutated input under the sanitizers: no crash, no hang, and nothing called safe that was not parsed. The seeds are
// fixed, so a failure can be seen again.
namespace sluice::split_check {
namespace {

constexpr int k_rounds = 1500;

std::vector<std::string> corpus() {
    std::vector<std::string> texts;
    for (auto const& entry :
         std::filesystem::directory_iterator(test::source_folder() / "tests/tools/split-check/rules")) {
        texts.push_back(test::read_text(entry.path()));
    }
    return texts;
}

std::string mutated(std::string text, std::vector<std::string> const& all, std::mt19937& random) {
    constexpr std::string_view odd = "'\"$;()\\-/*\n\0\xE9{}:<>`";
    std::size_t const count = 1 + random() % 6;
    for (std::size_t i = 0; i < count && !text.empty(); ++i) {
        std::size_t const at = random() % text.size();
        switch (random() % 5) {
        case 0: text[at] = odd[random() % odd.size()]; break;
        case 1: text.erase(at, random() % 20); break;
        case 2: text.insert(at, 1, odd[random() % odd.size()]); break;
        case 3: text.insert(at, all[random() % all.size()].substr(0, 60)); break;
        default: text[at] = static_cast<char>(random() % 256);
        }
    }
    return text;
}

TEST(Fuzz, sql_is_never_safe_without_being_parsed) {
    auto const all = corpus();
    std::mt19937 random(20261122);
    for (int round = 0; round < k_rounds; ++round) {
        std::string const text = mutated(all[random() % all.size()], all, random);
        SchemaState state;
        auto const report = judge_sql(text, {}, state);
        bool unparsed = false;
        for (auto const& statement : parse_sql(text)) {
            unparsed = unparsed || !statement.error.empty();
        }
        // Placeholders and psql's lines are taken out before; without them the text is parsed as it stands.
        bool const plain = text.find_first_of("\\${:#") == std::string::npos && text.find("stdin") == std::string::npos;
        EXPECT_FALSE(plain && unparsed && report.safety == Safety::safe) << text;
        for (auto const& finding : report.findings) {
            EXPECT_LE(finding.line, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1) << text;
        }
    }
}

// Whatever stands before it, a DROP at the end is never lost: it is found, or something could not be read.
TEST(Fuzz, what_comes_last_is_never_swallowed) {
    auto const all = corpus();
    std::mt19937 random(20261123);
    for (int round = 0; round < k_rounds; ++round) {
        std::string const text = mutated(all[random() % all.size()], all, random) + "\n;\nDROP TABLE victim;\n";
        SqlSettings settings;
        settings.postgres_version = round % 2 == 0 ? 15 : 18;
        settings.style = round % 3 == 0;
        settings.mysql = round % 5 == 0;
        settings.down_markers = {"-- +goose Down"};
        SchemaState state;
        auto const report = judge_sql(text, settings, state);
        EXPECT_NE(report.safety, Safety::safe) << text;
        EXPECT_TRUE(report.dropped.contains("victim") || state.new_tables.contains("victim") ||
                    report.safety == Safety::unknown || report.safety == Safety::unsafe || settings.mysql)
            << text;
    }
}

TEST(Fuzz, other_languages_are_never_safe) {
    auto const all = corpus();
    std::mt19937 random(7);
    for (int round = 0; round < k_rounds; ++round) {
        SchemaState state;
        std::string const text =
            "def up\n execute \"" + mutated(all[random() % all.size()], all, random) + "\"\n add_column :a, :b";
        EXPECT_NE(scan_methods(text, {}, state).safety, Safety::safe);
    }
}

TEST(Fuzz, lists_configurations_and_patterns_do_no_harm) {
    std::vector<std::string> const all{
        R"({"version":1,"classes":["code a/**","!b"],"services":[{"name":"a","roots":["x/"]}]})",
        R"({"version":1,"waivers":[{"rule":2,"path":"a","reason":"b","expires":"2026-01-01"}]})",
        "R100\tdb/a.sql\tdb/b.sql\nM\tx\n",
        std::string("A\0a\0R1\0b\0c\0", 11),
        ":100644 100644 aaaa bbbb M",
        "locations = [\n 'a', \"../b\" # c\n]\nversion_locations: %(here)s/x:y\npath: path.join(__dirname, '/z')\n",
        "db/{<14>,<+>}_*[a-z].{sql,rb}"};
    std::mt19937 random(9);
    for (int round = 0; round < k_rounds * 4; ++round) {
        std::string const text = mutated(all[random() % all.size()], all, random);
        (void)parse_config(text, "fuzz");
        (void)parse_waivers(text, "fuzz");
        (void)parse_trailer(text);
        (void)parse_raw_diff(text);
        for (auto const* key : {"locations", "version", "path"}) {
            for (auto const& value : values_of(text, key)) {
                EXPECT_FALSE(place_of(value, "a/b.conf").starts_with("..")) << text;
            }
        }
        EXPECT_LE(parse_change_list(text).size(), text.size() + 1);
        (void)as_in_gitignore(text.substr(0, 60)).matches("db/migrate/20240101000000_x.rb");
    }
}

} // namespace
} // namespace sluice::split_check
