#include "tests/tools/split-check/repository.hpp"
#include "tools/split-check/range.hpp"

#include <gtest/gtest.h>

// The range matrix on real repositories.
namespace sluice::test {
namespace {

std::string const k_up = "-- migrate:up\nCREATE TABLE t (id bigint);\n";
std::string const k_zeros(40, '0');

using Variables = std::map<std::string, std::string>;

Variables gitlab(Variables more) {
    more["GITLAB_CI"] = "true";
    more["CI_DEFAULT_BRANCH"] = "main";
    return more;
}

struct Story : testing::Test {
    Repository repository{};
    std::string first = repository.commit({{"src/a.py", "1"}}, "first");
};

using Range = Story;

TEST_F(Range, of_nothing_is_an_answer_of_its_own) {
    auto const answer = run_split_check(repository, {});
    EXPECT_EQ(answer.status, 3);
    EXPECT_NE(answer.error.find("--deployed"), std::string::npos);
}

TEST_F(Range, is_what_the_option_says) {
    auto const second = repository.commit({{"src/a.py", "2"}}, "second");
    auto const report = run_json(repository, {"--range", "HEAD^..HEAD"});
    EXPECT_EQ(report["verdict"], "code");
    EXPECT_EQ(report["base"], first);
    EXPECT_EQ(report["head"], second);
    EXPECT_EQ(run_json(repository, {"--range", "HEAD..HEAD"})["verdict"], "empty");
    EXPECT_EQ(run_split_check(repository, {"--range", "HEAD"}).status, 2);
    EXPECT_EQ(run_split_check(repository, {"--range", "..HEAD"}).status, 2);
}

TEST_F(Range, ignores_what_the_deployed_revision_has_already) {
    auto const deployed = repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "deployed");
    repository.commit({{"src/a.py", "2"}}, "candidate");
    EXPECT_EQ(run_json(repository, {"--deployed", deployed})["verdict"], "code");
    EXPECT_EQ(run_json(repository, {"--deployed", first})["verdict"], "mixed");
    EXPECT_EQ(run_split_check(repository, {"--deployed", k_zeros}).status, 3);
    EXPECT_EQ(run_split_check(repository, {"--deployed", "1234567890123456789012345678901234567890"}).status, 3);
}

TEST_F(Range, of_two_clean_merge_requests_can_be_mixed) {
    repository.commit({{"src/a.py", "2"}}, "code");
    EXPECT_EQ(run_split_check(repository, {"--range", "HEAD^..HEAD"}).status, 0);
    repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "migration");
    EXPECT_EQ(run_split_check(repository, {"--range", "HEAD^..HEAD"}).status, 0);
    EXPECT_EQ(run_split_check(repository, {"--deployed", first}).status, 1);
}

TEST_F(Range, comes_from_a_tag) {
    repository.git({"tag", "v1"});
    repository.commit({{"src/a.py", "2"}}, "second");
    auto const report = run_json(repository, {"--deployed-from", "tag:v*"});
    EXPECT_EQ(report["base"], first);
    EXPECT_EQ(run_split_check(repository, {"--deployed-from", "tag:w*"}).status, 3);
    EXPECT_EQ(run_split_check(repository, {"--deployed-from", "moon"}).status, 2);
}

TEST_F(Range, of_the_first_release_may_hold_both) {
    repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "second");
    auto const report = run_json(repository, {"--initial"});
    EXPECT_EQ(report["verdict"], "mixed");
    EXPECT_EQ(report["initial"], true);
    EXPECT_EQ(report["pipeline"], "initial");
    EXPECT_EQ(report["base"], std::string(split_check::k_empty_tree));
}

TEST_F(Range, of_a_gitlab_merge_request_starts_at_its_base) {
    repository.git({"switch", "-q", "-c", "topic"});
    auto const head = repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "topic");
    repository.git({"switch", "-q", "main"});
    repository.commit({{"src/a.py", "2"}}, "elsewhere");
    auto const report = run_json(
        repository, {},
        gitlab(
            {{"CI_MERGE_REQUEST_DIFF_BASE_SHA", first}, {"CI_COMMIT_SHA", head}, {"CI_COMMIT_BEFORE_SHA", k_zeros}}));
    EXPECT_EQ(report["verdict"], "migration");
    EXPECT_EQ(report["base"], first);
}

TEST_F(Range, of_a_merged_result_is_what_the_merge_brings) {
    repository.git({"switch", "-q", "-c", "topic"});
    repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "topic");
    repository.git({"switch", "-q", "main"});
    auto const target = repository.commit({{"src/a.py", "2"}}, "elsewhere");
    repository.git({"merge", "-q", "--no-ff", "-m", "merge", "topic"});
    for (auto const* event : {"merged_result", "merge_train"}) {
        auto const report = run_json(repository, {},
                                     gitlab({{"CI_MERGE_REQUEST_DIFF_BASE_SHA", first},
                                             {"CI_MERGE_REQUEST_EVENT_TYPE", event},
                                             {"CI_COMMIT_SHA", repository.git({"rev-parse", "HEAD"})}}));
        EXPECT_EQ(report["verdict"], "migration") << event;
        EXPECT_EQ(report["base"], target) << event;
    }
}

TEST_F(Range, of_a_branch_is_more_than_its_last_push) {
    Repository clone(repository, {});
    clone.git({"switch", "-q", "-c", "topic"});
    auto const pushed = clone.commit({{"db/migrations/20240101000000_t.sql", k_up}, {"src/a.py", "2"}}, "hidden");
    auto const head = clone.commit({{"README.md", "x"}}, "documents");
    auto const answer = run_split_check(
        clone, {}, gitlab({{"CI_COMMIT_BRANCH", "topic"}, {"CI_COMMIT_BEFORE_SHA", pushed}, {"CI_COMMIT_SHA", head}}));
    EXPECT_EQ(answer.status, 1);
}

TEST_F(Range, of_the_default_branch_starts_at_the_tag_before) {
    repository.git({"tag", "v1"});
    repository.commit({{"src/a.py", "2"}}, "second");
    auto const head = repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "third");
    EXPECT_EQ(run_json(repository, {}, gitlab({{"CI_COMMIT_BRANCH", "main"}, {"CI_COMMIT_SHA", head}}))["base"], first);
    repository.git({"tag", "v2"});
    EXPECT_EQ(run_json(repository, {}, gitlab({{"CI_COMMIT_TAG", "v2"}, {"CI_COMMIT_SHA", head}}))["base"], first);
}

TEST_F(Range, without_a_tag_falls_back_to_the_state_before_the_push_but_not_to_zeros) {
    auto const head = repository.commit({{"src/a.py", "2"}}, "second");
    EXPECT_EQ(
        run_json(
            repository, {},
            gitlab({{"CI_COMMIT_BRANCH", "main"}, {"CI_COMMIT_BEFORE_SHA", first}, {"CI_COMMIT_SHA", head}}))["base"],
        first);
    EXPECT_EQ(run_split_check(
                  repository, {},
                  gitlab({{"CI_COMMIT_BRANCH", "main"}, {"CI_COMMIT_BEFORE_SHA", k_zeros}, {"CI_COMMIT_SHA", head}}))
                  .status,
              3);
    std::string const gone = "1234567890123456789012345678901234567890";
    auto const forced = run_split_check(
        repository, {},
        gitlab({{"CI_COMMIT_BRANCH", "main"}, {"CI_COMMIT_BEFORE_SHA", gone}, {"CI_COMMIT_SHA", head}}));
    EXPECT_EQ(forced.status, 3);
    EXPECT_NE(forced.error.find("force push"), std::string::npos);
}

TEST_F(Range, of_jenkins_is_the_change_or_the_last_good_build) {
    Repository clone(repository, {});
    clone.git({"switch", "-q", "-c", "topic"});
    clone.commit({{"src/a.py", "2"}}, "one");
    auto const head = clone.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "two");
    Variables jenkins{{"JENKINS_URL", "https://ci.example.org/"}, {"GIT_COMMIT", head}};
    EXPECT_EQ(run_split_check(clone, {}, jenkins).status, 3);
    jenkins["GIT_PREVIOUS_SUCCESSFUL_COMMIT"] = clone.git({"rev-parse", "HEAD^"});
    EXPECT_EQ(run_json(clone, {}, jenkins)["verdict"], "migration");
    jenkins["CHANGE_TARGET"] = "main";
    EXPECT_EQ(run_json(clone, {}, jenkins)["verdict"], "mixed");
}

TEST_F(Range, of_a_shallow_clone_says_what_to_set) {
    for (int i = 0; i < 5; ++i) {
        repository.commit({{"src/a.py", std::to_string(i)}}, "more");
    }
    Repository shallow(repository, {"--depth", "2"});
    auto const answer = run_split_check(shallow, {"--deployed", first});
    EXPECT_EQ(answer.status, 3);
    EXPECT_NE(answer.error.find("GIT_DEPTH: \"0\""), std::string::npos);
    repository.git({"config", "uploadpack.allowAnySHA1InWant", "true"});
    EXPECT_EQ(run_json(shallow, {"--deployed", first, "--fetch"})["verdict"], "code");
}

TEST_F(Range, without_a_common_ancestor_is_no_range) {
    repository.commit({{"src/a.py", "2"}}, "main");
    repository.git({"switch", "-q", "-c", "topic", first});
    for (int i = 0; i < 4; ++i) {
        repository.commit({{"src/b.py", std::to_string(i)}}, "topic");
    }
    Repository shallow(repository, {"--depth", "1", "--no-single-branch"});
    Variables const job =
        gitlab({{"CI_COMMIT_BRANCH", "topic"}, {"CI_COMMIT_SHA", shallow.git({"rev-parse", "origin/topic"})}});
    auto const answer = run_split_check(shallow, {}, job);
    EXPECT_EQ(answer.status, 3);
    EXPECT_NE(answer.error.find("no common ancestor"), std::string::npos);
    EXPECT_EQ(run_json(shallow, {"--fetch"}, job)["base"], first);
}

TEST_F(Range, of_an_octopus_merge_holds_all_its_arms) {
    for (auto const* arm : {"a", "b"}) {
        repository.git({"switch", "-q", "-c", arm, first});
        repository.commit({{std::string("src/") + arm + ".py", "x"}}, arm);
    }
    repository.git({"switch", "-q", "-c", "c", first});
    repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "c");
    repository.git({"switch", "-q", "main"});
    repository.git({"merge", "-q", "--no-ff", "-m", "octopus", "a", "b", "c"});
    auto const report = run_json(repository, {"--range", "HEAD^1..HEAD"});
    EXPECT_EQ(report["verdict"], "mixed");
    EXPECT_EQ(report["files"].size(), 3U);
}

TEST_F(Range, counts_a_file_moved_into_or_out_of_migrations_on_both_sides) {
    repository.commit({{"sql/t.sql", k_up}}, "code for now");
    repository.git({"mv", "-k", "sql/t.sql", "src/t.sql"});
    repository.write("db/migrations/20240101000000_t.sql", k_up);
    repository.remove("src/t.sql");
    repository.commit("moved in");
    EXPECT_EQ(run_json(repository, {"--range", "HEAD^..HEAD"})["verdict"], "mixed");
    repository.git({"mv", "db/migrations/20240101000000_t.sql", "src/t.sql"});
    repository.commit("moved out");
    EXPECT_EQ(run_json(repository, {"--range", "HEAD^..HEAD"})["verdict"], "mixed");
}

TEST_F(Range, counts_deletions) {
    repository.remove("src/a.py");
    repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "deletion");
    EXPECT_EQ(run_json(repository, {"--range", "HEAD^..HEAD"})["verdict"], "mixed");
}

TEST_F(Range, takes_a_submodule_for_code) {
    Repository inner;
    inner.commit({{"x", "1"}}, "inner");
    repository.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path(), "lib"});
    repository.commit("submodule");
    auto const report = run_json(repository, {"--range", "HEAD^..HEAD"});
    EXPECT_EQ(report["verdict"], "code");
    EXPECT_EQ(report["files"][1]["decided_by"], "default: a submodule is code");
}

TEST_F(Range, reads_odd_names) {
    std::string const odd = "db/migrations/20240101000000_a b\n\"é\t.sql";
    repository.commit({{odd, k_up}}, "odd");
    auto const report = run_json(repository, {"--range", "HEAD^..HEAD"});
    EXPECT_EQ(report["verdict"], "migration");
    EXPECT_EQ(report["files"][0]["path"], odd);
    EXPECT_EQ(report["safety"], "safe");
}

TEST_F(Range, takes_a_change_of_mode_alone_for_no_edit) {
    repository.commit({{"db/migrations/20240101000000_t.sql", k_up}}, "migration");
    repository.git({"update-index", "--chmod=+x", "db/migrations/20240101000000_t.sql"});
    repository.git({"commit", "-q", "-m", "mode"});
    EXPECT_EQ(run_split_check(repository, {"--range", "HEAD^..HEAD"}).status, 0);
}

TEST_F(Range, works_in_a_folder_below_the_top) {
    repository.commit({{"deep/down/x.py", "1"}, {"db/migrations/20240101000000_t.sql", k_up}}, "second");
    split_check::Git const git(process::posix_runner(), repository.path() + "/deep/down");
    EXPECT_EQ(git.diff("HEAD^", "HEAD")->size(), 2U);
}

} // namespace
} // namespace sluice::test
