#include "common/json/json.hpp"
#include "tests/tools/split-check/repository.hpp"

#include <filesystem>
#include <gtest/gtest.h>

// A repository with a submodule "lib" that is moved from one commit to another.
namespace sluice::test {
namespace {

std::string const k_migration = "-- migrate:up\nSET lock_timeout='1s';\nCREATE TABLE t (id bigint);\n";
std::string const k_path = "db/migrations/20240101000000_t.sql";

struct Submodule : testing::Test {
    Repository inner{};
    Repository outer{};

    void SetUp() override {
        inner.commit({{"README.md", "1"}}, "first");
        outer.commit("start");
        outer.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path(), "lib"});
        outer.commit("submodule");
    }
    // Commits inside the submodule's own work tree and moves the submodule there.
    void move(std::map<std::string, std::string> const& files) {
        for (auto const& [name, text] : files) {
            outer.write("lib/" + name, text);
        }
        outer.git({"-C", "lib", "add", "-A"});
        outer.git({"-C", "lib", "commit", "-q", "-m", "inner"});
        outer.commit("moved");
    }
    [[nodiscard]] Json report() const { return run_json(outer, {"--range", "HEAD^..HEAD", "--recurse"}); }
};

TEST_F(Submodule, is_code_unless_somebody_looks_inside) {
    move({{k_path, k_migration}});
    EXPECT_EQ(run_json(outer, {"--range", "HEAD^..HEAD"})["verdict"], "code");
    auto const looked = report();
    EXPECT_EQ(looked["verdict"], "migration");
    EXPECT_EQ(looked["files"][0]["path"], "lib/" + k_path);
    EXPECT_EQ(looked["safety"], "safe") << "the text comes from the submodule's own objects";
}

TEST_F(Submodule, has_the_class_that_the_configuration_gives_it) {
    move({{k_path, k_migration}});
    outer.write(".split-check/config.json", R"({"version":1,"classes":["neutral lib"]})");
    EXPECT_EQ(run_json(outer, {"--range", "HEAD^..HEAD"})["verdict"], "neutral");
}

TEST_F(Submodule, with_code_and_migrations_makes_a_mixed_release) {
    move({{k_path, k_migration}, {"a.py", "1"}});
    EXPECT_EQ(run_split_check(outer, {"--range", "HEAD^..HEAD", "--recurse"}).status, 1);
    EXPECT_EQ(run_split_check(outer, {"plan", "HEAD^..HEAD", "--recurse"}).status, 1);
    EXPECT_EQ(run_split_check(outer, {"plan", "HEAD^..HEAD"}).status, 0);
}

TEST_F(Submodule, tells_by_its_own_marker_which_tool_is_in_use) {
    move({{"config/application.rb", ""}, {"db/migrate/20240101000000_a.rb", "add_column :a, :b, :text"}});
    auto const looked = report();
    EXPECT_EQ(looked["files"][1]["decided_by"], "preset rails: db/migrate/<14>_*.rb");
}

TEST_F(Submodule, keeps_rule_38) {
    move({{k_path, k_migration}});
    move({{k_path, k_migration + "-- edited\n"}});
    EXPECT_EQ(report()["exit_code"], 11);
}

TEST_F(Submodule, that_is_added_or_removed_counts_with_all_its_files) {
    EXPECT_EQ(report()["verdict"], "neutral") << "README.md and .gitmodules, which is no code either";
    move({{k_path, k_migration}});
    outer.git({"rm", "-q", "-f", "--cached", "lib"});
    outer.git({"commit", "-q", "-m", "removed"});
    EXPECT_EQ(report()["exit_code"], 11) << "its deployed migration is gone";
}

TEST_F(Submodule, that_is_not_at_hand_is_unknown) {
    move({{k_path, k_migration}});
    std::filesystem::remove_all(outer.path() + "/lib");
    auto const looked = report();
    EXPECT_EQ(looked["verdict"], "unknown");
    EXPECT_EQ(looked["pipeline"], "refuse");
    EXPECT_EQ(looked["findings"][0]["path"], "lib");
    EXPECT_EQ(run_split_check(outer, {"--range", "HEAD^..HEAD", "--recurse", "--strict"}).status, 12);
}

TEST_F(Submodule, whose_old_commit_is_not_at_hand_is_unknown) {
    move({{k_path, k_migration}});
    Repository shallow(outer, {});
    shallow.git({"clone", "-q", "--depth", "1", "file://" + outer.path() + "/.git/modules/lib", "lib"});
    EXPECT_EQ(run_json(shallow, {"--range", "HEAD^..HEAD", "--recurse"})["verdict"], "unknown");
}

TEST_F(Submodule, inside_a_submodule_is_looked_into_too) {
    Repository deepest;
    deepest.commit({{k_path, k_migration}}, "deepest");
    outer.git({"-C", "lib", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", deepest.path(), "deep"});
    move({});
    auto const looked = report();
    EXPECT_EQ(looked["files"][1]["path"], "lib/deep/" + k_path);
    EXPECT_EQ(looked["files"][1]["class"], "migration");
}

} // namespace
} // namespace sluice::test
