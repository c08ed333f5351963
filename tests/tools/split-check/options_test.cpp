#include "tests/tools/split-check/repository.hpp"

#include <gtest/gtest.h>

// Every option with every kind of bad value, and every exit code that the manual lists.
namespace sluice::test {
namespace {

struct Bad {
    std::vector<std::string> arguments;
    int status;
    char const* says;
};

std::string shown(std::vector<std::string> const& arguments) {
    std::string text;
    for (auto const& argument : arguments) {
        text += argument + " ";
    }
    return text;
}

struct BadInput : testing::Test {
    Repository repository{};
    std::string first = repository.commit({{"src/a.py", "1"}}, "first");
    std::string second = repository.commit({{"src/a.py", "2"}}, "second");

    void expect(std::vector<Bad> const& cases) const {
        for (auto const& [arguments, status, says] : cases) {
            auto const got = run_split_check(repository, arguments);
            EXPECT_EQ(got.status, status) << shown(arguments) << got.out << got.error;
            EXPECT_NE(got.error.find(says), std::string::npos) << shown(arguments) << got.error;
            EXPECT_EQ(got.out, "") << shown(arguments);
        }
    }
};

TEST_F(BadInput, without_a_value_are_refused_and_never_taken_for_absent) {
    std::vector<Bad> cases;
    for (auto const* name :
         {"--range", "--deployed", "--deployed-from", "--files-from", "--dotenv", "--report", "--codequality",
          "--sarif", "--junit", "--child-pipeline", "--code-template", "--migrations-template", "--config"}) {
        cases.push_back({{name, ""}, 2, name});
    }
    cases.push_back({{"--postgres-version", ""}, 2, "--postgres-version"});
    cases.push_back({{"plan", ""}, 2, "range"});
    cases.push_back({{"lint", ""}, 2, "files"});
    cases.push_back({{"explain", ""}, 2, "path"});
    expect(cases);
}

TEST_F(BadInput, with_a_value_that_means_nothing_say_which_and_what_to_write) {
    expect({
        {{"--range", "HEAD"}, 2, "BASE..HEAD"},
        {{"--range", "..HEAD"}, 2, "BASE..HEAD"},
        {{"--range", "HEAD.."}, 2, "BASE..HEAD"},
        {{"--range", "nowhere..HEAD"}, 3, "nowhere"},
        {{"--range", "HEAD..nowhere"}, 3, "nowhere"},
        {{"--range", "HEAD...nowhere"}, 3, "nowhere"},
        {{"--range", "--output=x..HEAD"}, 3, "--output=x"},
        {{"--deployed", "nowhere"}, 3, "nowhere"},
        {{"--deployed", "-x"}, 3, "'-x'"},
        {{"--deployed", "0000000000000000000000000000000000000000"}, 3, "all zeros"},
        {{"--deployed-from", "production"}, 2, "gitlab-environment:NAME"},
        {{"--deployed-from", "gitlab-environment:"}, 2, "gitlab-environment:NAME"},
        {{"--deployed-from", "gitlab-environment:x"}, 3, "CI_API_V4_URL"},
        {{"--deployed-from", "tag:v*"}, 3, "v*"},
        {{"--files-from", "/nowhere"}, 69, "/nowhere"},
        {{"--files-from", "/"}, 69, "'/'"},
        {{"--postgres-version", "x"}, 2, "--postgres-version"},
        {{"--postgres-version", "-1"}, 2, "--postgres-version"},
        {{"--postgres-version", "8"}, 2, "major version"},
        {{"--postgres-version", "9000"}, 2, "major version"},
        {{"--config", "/nowhere"}, 2, "/nowhere"},
        {{"--config", "/"}, 2, "'/'"},
        {{"--child-pipeline", "x"}, 2, "--code-template"},
        {{"--code-template", "x"}, 2, "--child-pipeline"},
        {{"lint", "/nowhere.sql"}, 69, "/nowhere.sql"},
        {{"lint", "/"}, 69, "'/'"},
        {{"plan", "HEAD"}, 2, "BASE..HEAD"},
        {{"plan", "nowhere..HEAD"}, 3, "nowhere"},
        {{"--nonsense"}, 2, "--nonsense"},
        {{"nonsense"}, 2, "nonsense"},
        {{"--strict=maybe"}, 2, "--strict"},
    });
}

TEST_F(BadInput, that_do_not_go_together_are_refused) {
    std::vector<Bad> cases;
    std::vector<std::vector<std::string>> const bases{{"--range", "HEAD^..HEAD"},
                                                      {"--deployed", "HEAD"},
                                                      {"--deployed-from", "tag:v*"},
                                                      {"--files-from", "x"},
                                                      {"--initial"}};
    for (auto const& one : bases) {
        for (auto const& other : bases) {
            std::vector<std::string> both = one;
            both.insert(both.end(), other.begin(), other.end());
            if (&one != &other) {
                cases.push_back({both, 2, "exclude each other"});
            }
        }
        std::vector<std::string> planned{"plan", "HEAD^..HEAD"};
        planned.insert(planned.end(), one.begin(), one.end());
        cases.push_back({planned, 2, "for the check alone"});
    }
    for (auto const* report : {"--dotenv", "--report", "--codequality", "--sarif", "--junit"}) {
        cases.push_back({{"plan", "HEAD^..HEAD", report, "x"}, 2, "write reports"});
        cases.push_back({{"explain", "a", report, "x"}, 2, "write reports"});
        cases.push_back({{"init", report, "x"}, 2, "write reports"});
    }
    cases.push_back({{"plan", "HEAD^..HEAD", "--mermaid", "--json"}, 2, "exclude each other"});
    cases.push_back({{"plan"}, 2, "range"});
    cases.push_back({{"lint"}, 2, "files"});
    cases.push_back({{"explain"}, 2, "path"});
    cases.push_back({{"plan", "HEAD^..HEAD", "lint", "x"}, 2, "lint"});
    cases.push_back({{"init", "--mermaid"}, 2, "--mermaid"});
    expect(cases);
}

TEST_F(BadInput, of_a_configuration_are_held_to_their_form) {
    for (auto const& [text, says] : std::vector<std::pair<char const*, char const*>>{
             {R"({"version":1,"presets":["djngo"]})", "django"},
             {R"({"version":1,"classes":["cod src/"]})", "cod src/"},
             {R"({"version":1,"classes":["code"]})", "classes"},
             {R"({"version":1,"services":[{"name":"a b","roots":[]}]})", "/services/0/name"},
             {R"({"version":1,"services":[{"name":"a"}]})", "roots"},
             {R"({"version":1,"services":{}})", "/services"},
             {R"({"version":1,"render":[{"pattern":"x","command":[]}]})", "/render/0/command"},
             {R"({"version":1,"table_bytes":{"a":-1}})", "/table_bytes/a"},
             {R"({"version":1,"postgres_version":3})", "postgres_version"},
             {R"({"version":1,"lock_timeout_set":"yes"})", "lock_timeout_set"},
             {R"({"version":2})", "version 2"},
             {R"({})", "version"},
             {R"([])", "object"},
             {"", "not valid JSON"},
             {"{\"version\":1,\n  \"a\" 2}", "not valid JSON"},
         }) {
        repository.write(".split-check/config.json", text);
        auto const got = run_split_check(repository, {"--range", "HEAD^..HEAD"});
        EXPECT_EQ(got.status, 2) << text;
        EXPECT_NE(got.error.find(says), std::string::npos) << text << "\n" << got.error;
    }
}

} // namespace
} // namespace sluice::test
