#include "common/json/json.hpp"
#include "tests/tools/split-check/repository.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

// Whole runs: what makes each verdict and each exit code, and what the outputs say.
namespace sluice::test {
namespace {

std::string up(std::string const& sql) { return "-- migrate:up\nSET lock_timeout='1s';\n" + sql + "\n"; }

struct Release : testing::Test {
    Repository repository{};
    std::string base =
        repository.commit({{"src/a.py", "print('legacy_note')\n"},
                           {"db/migrations/20240101000000_a.sql", up("CREATE TABLE orders (id bigint);")}},
                          "base");
    std::vector<std::string> range{"--deployed", base};

    [[nodiscard]] Json report() const { return run_json(repository, range); }
    [[nodiscard]] Answer answer(std::vector<std::string> more = {},
                                std::map<std::string, std::string> environment = {}) const {
        more.insert(more.end(), range.begin(), range.end());
        return run_split_check(repository, more, std::move(environment));
    }
    void migrate(std::string const& number, std::string const& sql) {
        repository.commit({{"db/migrations/" + number + "_m.sql", up(sql)}}, number);
    }
};

struct ExitCase {
    char const* name;
    std::map<std::string, std::string> files;
    std::vector<std::string> options;
    int status;
};

using ExitCodes = Release;

TEST_F(ExitCodes, are_those_of_the_table) {
    std::string const drop = up("ALTER TABLE orders DROP COLUMN legacy_note;");
    std::string const next = "db/migrations/20240201000000_m.sql";
    std::string const applied = "db/migrations/20240101000000_a.sql";
    std::vector<ExitCase> const cases{
        {"nothing", {}, {}, 0},
        {"neutral", {{"README.md", "x"}}, {}, 0},
        {"code", {{"src/a.py", "2"}}, {}, 0},
        {"safe migration", {{next, up("ALTER TABLE orders ADD x int;")}}, {}, 0},
        {"mixed", {{"src/a.py", "2"}, {next, up("ALTER TABLE orders ADD x int;")}}, {}, 1},
        {"mixed beats applied and unsafe", {{"src/a.py", "2"}, {applied, drop}}, {}, 1},
        {"applied beats unsafe", {{applied, drop}}, {}, 11},
        {"unsafe", {{next, drop}}, {}, 10},
        {"unsafe beats unknown", {{next, drop + "SELECT f();"}}, {"--strict"}, 10},
        {"unknown", {{next, up("SELECT f();")}}, {}, 0},
        {"unknown, strict", {{next, up("SELECT f();")}}, {"--strict"}, 12},
        {"unclassified", {{"tables/x.sql", "CREATE TABLE x (id int);"}}, {}, 0},
        {"unclassified, strict", {{"tables/x.sql", "CREATE TABLE x (id int);"}}, {"--strict"}, 12},
        {"usage beats all", {{"src/a.py", "2"}, {applied, drop}}, {"--nonsense"}, 2},
        {"bad configuration", {{".split-check/config.json", R"({"version":1,"presetz":[]})"}}, {}, 2},
        {"broken configuration", {{".split-check/config.json", "{"}}, {}, 2},
        {"unknown preset", {{".split-check/config.json", R"({"version":1,"presets":["rils"]})"}}, {}, 2},
        {"bad waivers", {{"src/a.py", "2"}, {".split-check/waivers.json", R"({"version":2,"waivers":[]})"}}, {}, 2},
    };
    for (auto const& one : cases) {
        repository.git({"reset", "-q", "--hard", base});
        repository.commit(one.files, one.name);
        auto const got = answer(one.options);
        EXPECT_EQ(got.status, one.status) << one.name << "\n" << got.out << got.error;
    }
    EXPECT_EQ(run_split_check(repository, {"--deployed", "nowhere"}).status, 3);
    EXPECT_EQ(run_split_check(repository, {"lint", "/nowhere.sql"}).status, 69);
}

TEST_F(Release, phase_is_mixed_when_it_adds_and_removes) {
    repository.write("src/a.py", "print()");
    range[1] = repository.commit("code no longer names it");
    migrate("20240201000000", "ALTER TABLE orders ADD fresh int;");
    EXPECT_EQ(report()["phase"], "expand");
    migrate("20240202000000", "ALTER TABLE orders DROP COLUMN legacy_note;");
    auto const both = report();
    EXPECT_EQ(both["phase"], "mixed");
    EXPECT_EQ(both["exit_code"], 10);
    EXPECT_EQ(both["findings"].back()["rule"], 39);
}

TEST_F(Release, passes_a_removal_that_the_deployed_code_no_longer_names) {
    migrate("20240201000000", "ALTER TABLE orders DROP COLUMN unused_since_may;");
    auto const result = report();
    EXPECT_EQ(result["safety"], "safe");
    EXPECT_EQ(result["phase"], "contract");
    EXPECT_EQ(result["snapshot"], "required");
    EXPECT_EQ(result["pipeline"], "migrations");
}

TEST_F(Release, finds_the_column_under_the_spelling_of_an_object_mapper) {
    range[1] = repository.commit({{"src/b.ts", "order.oldRemark = 1"}}, "mapper");
    migrate("20240201000000", "ALTER TABLE orders DROP COLUMN old_remark;");
    auto const result = report();
    EXPECT_EQ(result["exit_code"], 10);
    EXPECT_NE(result["findings"][0]["message"].get<std::string>().find("src/b.ts:1"), std::string::npos);
}

TEST_F(Release, takes_a_common_name_in_code_for_a_hint_only) {
    range[1] = repository.commit({{"src/b.py", "name = 1"}}, "name");
    migrate("20240201000000", "ALTER TABLE orders DROP COLUMN name;");
    EXPECT_EQ(report()["safety"], "review");
}

using Applied = Release;

TEST_F(Applied, migration_may_not_be_deleted_or_renamed) {
    repository.git({"mv", "db/migrations/20240101000000_a.sql", "db/migrations/20240101000001_a.sql"});
    repository.commit("rename");
    EXPECT_EQ(answer().status, 11);
    EXPECT_NE(answer().out.find("(was db/migrations/20240101000000_a.sql)"), std::string::npos);
    repository.git({"reset", "-q", "--hard", base});
    repository.git({"rm", "-q", "db/migrations/20240101000000_a.sql"});
    repository.commit("delete");
    EXPECT_EQ(answer().status, 11);
}

TEST_F(Applied, migration_counts_by_its_bytes) {
    repository.write("db/migrations/20240101000000_a.sql", up("CREATE TABLE orders (id bigint);") + "-- a comment\n");
    repository.commit("comment");
    EXPECT_EQ(answer().status, 11);
}

TEST_F(Applied, own_unmerged_migration_stays_editable) {
    migrate("20240201000000", "ALTER TABLE orders ADD x int;");
    migrate("20240201000000", "ALTER TABLE orders ADD y int;");
    EXPECT_EQ(answer().status, 0);
}

TEST_F(Applied, migration_numbered_before_a_deployed_one_is_skipped_by_its_tool) {
    migrate("20231201000000", "ALTER TABLE orders ADD x int;");
    EXPECT_EQ(answer().status, 11);
}

TEST_F(Applied, changelog_may_grow_but_not_change) {
    std::string const changes = "-- liquibase formatted sql\n--changeset a:1\nCREATE TABLE a (id bigint);\n";
    range[1] = repository.commit({{"liquibase.properties", ""}, {"db/changelog/1.sql", changes}}, "liquibase");
    repository.commit({{"db/changelog/1.sql", changes + "--changeset a:2\nCREATE TABLE b (id bigint);\n"}}, "grow");
    EXPECT_EQ(answer().status, 0);
    repository.commit({{"db/changelog/1.sql", "-- liquibase formatted sql\n--changeset a:1\nSELECT 1;\n"}}, "edit");
    EXPECT_EQ(answer().status, 11);
}

using Configuration = Release;

TEST_F(Configuration, last_line_that_matches_wins) {
    range[1] = repository.commit({{".split-check/config.json", R"({"version":1,"classes":[
        "neutral src/", "code src/*.py", "migration sql/*.sql", "!sql/README.sql", "companion src/models.py"]})"}},
                                 "config");
    repository.commit(
        {{"src/a.py", "2"}, {"src/b.txt", ""}, {"src/models.py", ""}, {"sql/1.sql", ""}, {"sql/README.sql", ""}}, "x");
    std::map<std::string, std::string> classes;
    auto const result = report();
    for (auto const& file : result["files"]) {
        classes[file["path"].get<std::string>()] = file["class"].get<std::string>();
    }
    std::map<std::string, std::string> const wanted{{"src/a.py", "code"},
                                                    {"src/b.txt", "neutral"},
                                                    {"src/models.py", "companion"},
                                                    {"sql/1.sql", "migration"},
                                                    {"sql/README.sql", "code"}};
    EXPECT_EQ(classes, wanted);
}

TEST_F(Configuration, judges_services_by_their_database) {
    std::string const services = R"({"version":1,"shared":["lib/"],"services":[
        {"name":"shop","roots":["shop/"],"database":"main"},
        {"name":"mail","roots":["mail/"]},
        {"name":"till","roots":["till/"],"database":"main"}]})";
    std::string const ours = repository.commit({{".split-check/config.json", services}}, "config");
    range[1] = ours;
    std::string const migration = up("CREATE TABLE x (id bigint);");
    repository.commit({{"shop/db/migrations/20240201000000_m.sql", migration}, {"mail/a.py", "1"}}, "apart");
    auto const apart = report();
    EXPECT_EQ(apart["exit_code"], 0);
    EXPECT_EQ(apart["pipeline"], "per-service");
    EXPECT_EQ(apart["services"][0]["verdict"], "migration");
    EXPECT_EQ(apart["services"][1]["verdict"], "code");
    EXPECT_EQ(apart["services"][2]["verdict"], "empty");
    std::string const child = repository.path() + "/.git/child.yml";
    EXPECT_EQ(
        answer({"--child-pipeline", child, "--code-template", "code.yml", "--migrations-template", "m.yml"}).status, 0);
    std::string const head = repository.git({"rev-parse", "HEAD"});
    auto const job = [&](std::string const& name, std::string const& file, std::string const& kind) {
        return "split-check-" + name + ":\n  trigger:\n    include:\n      - local: \"" + file +
               "\"\n    strategy: depend\n  variables:\n    PIPELINE_KIND: \"" + kind +
               "\"\n    SLUICE_SPLIT_BASE: \"" + ours + "\"\n    SLUICE_SPLIT_HEAD: \"" + head +
               "\"\n    SLUICE_SPLIT_SERVICE: \"" + name + "\"\n";
    };
    EXPECT_EQ(read_text(child), job("shop", "m.yml", "migrations") + job("mail", "code.yml", "code"));
    repository.git({"reset", "-q", "--hard", ours});
    repository.commit({{"shop/db/migrations/20240201000000_m.sql", migration}, {"till/a.py", "1"}}, "together");
    EXPECT_EQ(answer().status, 1);
    repository.git({"reset", "-q", "--hard", ours});
    repository.commit({{"mail/db/migrations/20240201000000_m.sql", migration}, {"lib/a.py", "1"}}, "shared");
    EXPECT_EQ(answer().status, 1);
}

using Waivers = Release;

std::string waivers(std::string const& rule, std::string const& reason, std::string const& expires) {
    return R"({"version":1,"waivers":[{"rule":")" + rule + R"(","path":"db/","reason":")" + reason +
           R"(","expires":")" + expires + R"("}]})";
}

TEST_F(Waivers, need_a_reason_and_a_day_within_ninety) {
    migrate("20240201000000", "ALTER TABLE orders DROP COLUMN legacy_note;");
    struct Case {
        char const* reason;
        char const* expires;
        int status;
    };
    std::string const good = "nobody reads the column since May";
    for (auto const& [reason, expires, status] :
         {Case{good.c_str(), "2027-01-31", 0}, Case{good.c_str(), "2026-11-22", 0},
          Case{good.c_str(), "2026-11-21", 10}, Case{good.c_str(), "2027-06-01", 10},
          Case{"because", "2027-01-31", 10}}) {
        repository.write(".split-check/waivers.json", waivers("drop-column", reason, expires));
        auto const got = answer();
        EXPECT_EQ(got.status, status) << reason << " " << expires << got.out;
        EXPECT_EQ(got.out.find("waived: " + good) != std::string::npos, status == 0);
    }
}

TEST_F(Waivers, that_nothing_needs_are_a_finding) {
    repository.commit({{"src/a.py", "2"}}, "code");
    repository.write(".split-check/waivers.json", waivers("2", "nobody reads the column since May", "2027-01-31"));
    EXPECT_EQ(report()["findings"][0]["name"], "waiver-problem");
}

TEST_F(Waivers, stand_in_a_comment_before_the_statement) {
    migrate("20240201000000", "-- split-check: allow drop-column because nobody reads it since May\n"
                              "ALTER TABLE orders\n  DROP COLUMN legacy_note;");
    EXPECT_EQ(answer().status, 0);
    EXPECT_EQ(report()["waived"], 1);
    repository.git({"reset", "-q", "--hard", base});
    migrate("20240201000000", "-- split-check: allow drop-column because nobody reads it since May\nSELECT 1;\n"
                              "ALTER TABLE orders DROP COLUMN legacy_note;");
    EXPECT_EQ(answer().status, 10);
}

TEST_F(Waivers, of_a_release_are_not_the_file_s_own_to_give) {
    std::string const applied = "db/migrations/20240101000000_a.sql";
    struct Case {
        char const* comment;
        std::string path;
        std::string sql;
        int status;
    };
    for (auto const& [comment, path, sql, status] : std::vector<Case>{
             {"applied-migration", applied, "CREATE TABLE orders (id int);", 11},
             {"38", applied, "CREATE TABLE orders (id int);", 11},
             {"expand-and-contract", "db/migrations/20240201000000_m.sql",
              "ALTER TABLE orders ADD a int; ALTER TABLE orders DROP b;", 10},
             {"mixed", "db/migrations/20240201000000_m.sql", "CREATE TABLE x (id int);", 0},
         }) {
        repository.git({"reset", "-q", "--hard", base});
        repository.commit({{path, std::string("-- split-check: allow ") + comment +
                                      " because everybody says it is fine\n" + up(sql)}},
                          "edit");
        auto const got = answer();
        EXPECT_EQ(got.status, status) << comment << got.out;
        EXPECT_NE(got.out.find("nothing in this release needs it"), std::string::npos) << comment << got.out;
    }
}

TEST_F(Waivers, need_an_approver_where_the_configuration_names_some) {
    std::string const config = R"({"version":1,"approvers":["dba","on-call"]})";
    range[1] = repository.commit({{".split-check/config.json", config}}, "approvers");
    migrate("20240201000000", "ALTER TABLE orders DROP COLUMN legacy_note;");
    struct Case {
        char const* approved;
        int status;
    };
    for (auto const& [approved, status] :
         {Case{R"(,"approved_by":"dba")", 0}, Case{R"(,"approved_by":"on-call")", 0}, Case{"", 10},
          Case{R"(,"approved_by":"me")", 10}, Case{R"(,"approved_by":"DBA")", 10}, Case{R"(,"approved_by":"")", 10}}) {
        std::string text = waivers("drop-column", "nobody reads the column since May", "2027-01-31");
        text.insert(text.rfind("}]"), approved);
        repository.write(".split-check/waivers.json", text);
        auto const got = answer();
        EXPECT_EQ(got.status, status) << approved << got.out;
        EXPECT_EQ(got.out.find("nobody of 'approvers' approved it") != std::string::npos, status != 0) << approved;
    }
}

TEST_F(Waivers, in_comments_and_commits_name_no_approver_and_count_only_where_none_is_asked_for) {
    range[1] = repository.commit({{".split-check/config.json", R"({"version":1,"approvers":["dba"]})"}}, "approvers");
    repository.commit({{"db/migrations/20240201000000_m.sql",
                        up("-- split-check: allow drop-column because nobody reads it since May\n"
                           "ALTER TABLE orders DROP COLUMN legacy_note;")}},
                      "drop\n\nSplit-Check-Waive: drop-column db/ -- nobody reads it since May");
    EXPECT_EQ(answer().status, 10);
    EXPECT_EQ(answer({}, {{"SLUICE_SPLIT_WAIVE_MIXED", "nobody reads it since May"}}).status, 10);
}

TEST_F(Waivers, in_a_commit_that_nothing_needs_are_a_finding_too) {
    repository.commit({{"src/a.py", "2"}}, "code\n\nSplit-Check-Waive: drop-column db/ -- nobody reads it since May");
    ASSERT_EQ(report()["findings"].size(), 1U);
    EXPECT_EQ(report()["findings"][0]["name"], "waiver-problem");
}

TEST_F(Waivers, stand_in_a_commit) {
    repository.commit({{"db/migrations/20240201000000_m.sql", up("ALTER TABLE orders DROP COLUMN legacy_note;")}},
                      "drop\n\nSplit-Check-Waive: drop-column db/migrations/ -- nobody reads it since May");
    EXPECT_EQ(answer().status, 0);
    EXPECT_NE(answer().out.find("(commit "), std::string::npos);
}

TEST_F(Waivers, of_a_mixture_come_from_the_file_or_a_variable_alone) {
    repository.commit(
        {{"src/a.py", "2"},
         {"db/migrations/20240201000000_m.sql",
          up("-- split-check: allow mixed because we are in a hurry today\nCREATE TABLE x (id bigint);")}},
        "mix\n\nSplit-Check-Waive: mixed db/ -- we are in a hurry today");
    EXPECT_EQ(answer().status, 1);
    EXPECT_EQ(answer({}, {{"SLUICE_SPLIT_WAIVE_MIXED", "hurry"}}).status, 1);
    auto const waived = answer({}, {{"SLUICE_SPLIT_WAIVE_MIXED", "the outage of Monday needs both at once"}});
    EXPECT_EQ(waived.status, 0);
    EXPECT_NE(waived.out.find("the outage of Monday"), std::string::npos);
}

using Lists = Release;

TEST_F(Lists, of_changed_files_come_in_every_form) {
    std::string const file =
        repository.path() + "/../" + std::filesystem::path(repository.path()).filename().string() + "/list";
    struct Case {
        std::string text;
        char const* verdict;
    };
    std::string const nul(1, '\0');
    for (auto const& [text, verdict] :
         std::vector<Case>{{"src/a.py\n", "code"},
                           {"A\tdb/migrations/20240101000000_a.sql\n", "migration"},
                           {"M" + nul + "src/a.py" + nul, "code"},
                           {"R100" + nul + "src/a.py" + nul + "README.md" + nul, "code"},
                           {"R100\tsrc/a.py\tdb/migrations/20240101000000_a.sql\r\n", "mixed"},
                           {"README.md" + nul, "neutral"},
                           {"", "empty"}}) {
        repository.write("list", text);
        auto const got = run_json(repository, {"--files-from", repository.path() + "/list"});
        EXPECT_EQ(got["verdict"], verdict) << text;
    }
    repository.write("list", "db/migrations/20240101000000_a.sql\n");
    EXPECT_EQ(run_split_check(repository, {"--files-from", repository.path() + "/list"}).status, 0)
        << "a list without a status does not say that a migration was edited";
    repository.write("list", "M\tdb/migrations/20240101000000_a.sql\n");
    EXPECT_EQ(run_split_check(repository, {"--files-from", repository.path() + "/list"}).status, 11);
}

using Outputs = Release;

TEST_F(Outputs, are_written_for_every_verdict_and_for_none) {
    std::string const folder = repository.path() + "/.git/";
    std::vector<std::string> const outputs{
        "--dotenv",         folder + "e", "--codequality",   folder + "q", "--sarif",
        folder + "s",       "--junit",    folder + "j",      "--report",   folder + "r",
        "--child-pipeline", folder + "c", "--code-template", "code.yml",   "--migrations-template",
        "migrations.yml"};
    EXPECT_EQ(answer(outputs).status, 0);
    EXPECT_EQ(read_text(folder + "q"), "[]\n");
    EXPECT_NE(read_text(folder + "c").find("nothing-to-deploy:\n  script:"), std::string::npos);
    repository.commit({{"src/a.py", "2"}}, "code");
    EXPECT_EQ(answer(outputs).status, 0);
    EXPECT_NE(read_text(folder + "c").find("local: \"code.yml\""), std::string::npos);
    migrate("20240201000000", "ALTER TABLE orders DROP COLUMN legacy_note;");
    EXPECT_EQ(answer(outputs).status, 1);
    EXPECT_NE(read_text(folder + "e").find("SLUICE_SPLIT_VERDICT=mixed\nSLUICE_SPLIT_PIPELINE=refuse\n"),
              std::string::npos);
    EXPECT_NE(read_text(folder + "c").find("exit 1"), std::string::npos);
    range[1] = "nowhere";
    EXPECT_EQ(answer(outputs).status, 3);
    EXPECT_NE(read_text(folder + "e").find("SLUICE_SPLIT_VERDICT=unknown\nSLUICE_SPLIT_PIPELINE=refuse\n"),
              std::string::npos);
}

TEST_F(Outputs, refuse_a_release_that_is_for_another_pipeline) {
    std::string const folder = repository.path() + "/.git/";
    std::vector<std::string> const files{"--dotenv",   folder + "e",    "--junit",
                                         folder + "j", "--codequality", folder + "q"};
    auto const expecting = [&](std::string const& pipeline) {
        auto arguments = files;
        arguments.insert(arguments.end(), {"--expect", pipeline});
        return answer(arguments);
    };
    EXPECT_EQ(expecting("migrations").status, 0) << "nothing to deploy is what a schedule finds most nights";
    repository.commit({{"src/a.py", "2"}}, "code");
    EXPECT_EQ(expecting("code").status, 0);
    EXPECT_EQ(expecting("migrations").status, 1);
    EXPECT_NE(read_text(folder + "e").find("SLUICE_SPLIT_PIPELINE=refuse\n"), std::string::npos);
    EXPECT_NE(read_text(folder + "j").find("migrations was asked for"), std::string::npos);
    EXPECT_NE(read_text(folder + "q").find("\"path\": \"src/a.py\""), std::string::npos);
    EXPECT_EQ(expecting("everything").status, 2);
}

TEST_F(Outputs, keep_the_limits_of_their_readers) {
    repository.commit({{"src/<a>&\"b\".py", "2"}}, "code");
    migrate("20240201000000",
            "ALTER TABLE orders DROP COLUMN legacy_note;\nALTER TABLE orders DROP COLUMN legacy_note;");
    std::string const folder = repository.path() + "/.git/";
    EXPECT_EQ(answer({"--dotenv", folder + "e", "--codequality", folder + "q", "--sarif", folder + "s", "--junit",
                      folder + "j"})
                  .status,
              1);
    std::string const dotenv = read_text(folder + "e");
    EXPECT_LE(std::count(dotenv.begin(), dotenv.end(), '\n'), 10);
    Json const quality = Json::parse(read_text(folder + "q"), nullptr, false);
    ASSERT_EQ(quality.size(), 3U);
    std::set<std::string> prints;
    for (auto const& one : quality) {
        prints.insert(one["fingerprint"].get<std::string>());
        EXPECT_FALSE(one["location"]["path"].get<std::string>().starts_with("./"));
        EXPECT_TRUE(one["severity"] == "critical" || one["severity"] == "blocker");
    }
    EXPECT_EQ(prints.size(), 3U) << "same fingerprints are merged by GitLab";
    Json const sarif = Json::parse(read_text(folder + "s"), nullptr, false);
    EXPECT_EQ(sarif["version"], "2.1.0");
    EXPECT_EQ(sarif["runs"][0]["results"].size(), 3U);
    EXPECT_NE(read_text(folder + "j").find("tests=\"4\" failures=\"2\""), std::string::npos);
}

TEST_F(Outputs, fingerprint_survives_moved_lines) {
    auto const prints = [&](std::string const& sql) {
        repository.git({"reset", "-q", "--hard", base});
        migrate("20240201000000", sql);
        std::string const file = repository.path() + "/.git/q";
        (void)answer({"--codequality", file});
        return Json::parse(read_text(file), nullptr, false)[0]["fingerprint"].get<std::string>();
    };
    EXPECT_EQ(prints("ALTER TABLE orders DROP COLUMN legacy_note;"),
              prints("\n\n-- moved\nALTER TABLE orders\n DROP COLUMN legacy_note;"));
    EXPECT_NE(prints("ALTER TABLE orders DROP COLUMN legacy_note;"),
              prints("ALTER TABLE orders DROP COLUMN legacy_x;"));
}

TEST_F(Outputs, that_cannot_be_written_are_an_error_and_no_pass) {
    EXPECT_NE(answer({"--junit", "/nowhere/j"}).status, 0);
}

using Verbs = Release;

TEST_F(Verbs, explain_says_which_rule_decided) {
    auto const got =
        run_split_check(repository, {"explain", "src/a.py", "db/migrations/20240101000000_a.sql", "README.md"});
    EXPECT_EQ(got.out, "src/a.py: code (default: what nothing else knows is code)\n"
                       "db/migrations/20240101000000_a.sql: migration (preset dbmate: db/migrations/<14>_*.sql)\n"
                       "README.md: neutral (default: documentation)\n");
}

TEST_F(Verbs, init_finds_the_tools_and_overwrites_nothing) {
    EXPECT_EQ(run_split_check(repository, {"init"}).status, 0);
    EXPECT_NE(read_text(repository.path() + "/.split-check/config.json").find("\"dbmate\""), std::string::npos);
    EXPECT_EQ(run_split_check(repository, {"init"}).status, 2);
    EXPECT_EQ(run_split_check(repository, {"init", "--force"}).status, 0);
    EXPECT_EQ(answer().status, 0) << "what init writes is read";
}

TEST_F(Verbs, lint_judges_each_file_on_its_own) {
    repository.write("a.sql", "CREATE TABLE t (id bigint);");
    repository.write("b.sql", "CREATE INDEX i ON t (id);");
    EXPECT_EQ(run_split_check(repository, {"lint", "a.sql"}).status, 0);
    EXPECT_EQ(run_split_check(repository, {"lint", "a.sql", "b.sql"}).status, 10);
}

TEST_F(Verbs, render_command_gives_the_sql_of_other_languages) {
    range[1] = repository.commit(
        {{"manage.py", ""},
         {".split-check/config.json",
          R"({"version":1,"lock_timeout_set":true,"render":[{"pattern":"*/migrations/*.py","command":["sh","-c","echo 'ALTER TABLE orders ADD x int;'","{path}"]}]})"}},
        "django");
    repository.commit({{"shop/migrations/0001_x.py", "operations = [migrations.RunPython(f)]"}}, "migration");
    EXPECT_EQ(report()["safety"], "unknown");
    range.emplace_back("--render");
    EXPECT_EQ(report()["safety"], "safe");
    EXPECT_EQ(report()["phase"], "expand");
}

} // namespace
} // namespace sluice::test
