#include "tests/tools/split-check/repository.hpp"

#include "common/json/json.hpp"
#include "tests/support/must.hpp"
#include "tools/split-check/run.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace sluice::test {

namespace {

std::map<std::string, std::string> git_variables() {
    return {{"GIT_AUTHOR_NAME", "a"},           {"GIT_AUTHOR_EMAIL", "a@example.org"},    {"GIT_COMMITTER_NAME", "a"},
            {"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_COMMITTER_EMAIL", "a@example.org"}, {"GIT_CONFIG_NOSYSTEM", "1"}};
}

} // namespace

Repository::Repository() { git({"init", "-q", "-b", "main"}); }

Repository::Repository(Repository const& origin, std::vector<std::string> const& arguments) {
    std::vector<std::string> all{"clone", "-q"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), {"file://" + origin.path(), "."});
    git(all);
}

// It changes the repository, though not the object.
// NOLINTNEXTLINE(readability-make-member-function-const)
std::string Repository::git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    process::Command command{arguments};
    command.environment = git_variables();
    command.directory = path();
    auto const outcome = must(process::posix_runner().run(command));
    EXPECT_TRUE(outcome.succeeded()) << arguments.at(1) << ": " << outcome.error_output;
    return outcome.output.substr(0, outcome.output.find_last_not_of('\n') + 1);
}

void Repository::write(std::string const& name, std::string const& text) {
    std::filesystem::create_directories((m_folder.path() / name).parent_path());
    write_text(m_folder.path() / name, text);
}

void Repository::remove(std::string const& name) { std::filesystem::remove(m_folder.path() / name); }

std::string Repository::commit(std::string const& message) {
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", message});
    return git({"rev-parse", "HEAD"});
}

std::string Repository::commit(std::map<std::string, std::string> const& files, std::string const& message) {
    for (auto const& [name, text] : files) {
        write(name, text);
    }
    return commit(message);
}

Answer run_split_check(Repository const& repository, std::vector<std::string> arguments,
                       std::map<std::string, std::string> environment) {
    ci::Environment const variables(std::move(environment));
    arguments.insert(arguments.end(), {"--repo", repository.path()});
    auto const parsed = split_check::parse_options(arguments, variables);
    if (!parsed) {
        return {cli::exit_status_of(parsed.error().kind, 0), "", parsed.error().message + "\n" + parsed.error().hint};
    }
    FakeClock clock;
    std::ostringstream out;
    cli::Context context{clock, process::posix_runner(), variables, out};
    auto const result = split_check::run(std::get<split_check::Options>(*parsed), context);
    if (!result) {
        return {cli::exit_status_of(result.error().kind, 0), out.str(),
                result.error().message + "\n" + result.error().hint};
    }
    return {static_cast<int>(*result), out.str(), ""};
}

Json run_json(Repository const& repository, std::vector<std::string> arguments,
              std::map<std::string, std::string> environment) {
    arguments.emplace_back("--json");
    auto const answer = run_split_check(repository, std::move(arguments), std::move(environment));
    EXPECT_EQ(answer.error, "");
    return Json::parse(answer.out, nullptr, false);
}

} // namespace sluice::test
