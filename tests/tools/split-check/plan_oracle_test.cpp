#include "common/json/json.hpp"
#include "tests/support/must.hpp"
#include "tests/tools/split-check/repository.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <set>
#include <sstream>

// Real histories of 200 commits, with columns that come and go and code that names them. What is wrong with each is
// told by playing the release: a running code, a schema, one step after the other. The plan knows neither; it reads
// git.
namespace sluice::test {
namespace {

using Names = std::set<std::string>;

struct Commit {
    enum class Kind { code, expand, contract, neutral, mixed } kind = Kind::neutral;
    std::string column{};
    Names used{}; ///< by the code from this commit on
};

struct Expected {
    std::size_t steps = 0;
    std::set<std::pair<std::size_t, std::size_t>> problems{}; ///< step (0: in none) and number of the commit
    std::set<std::size_t> no_way_back{};                      ///< steps after which the code before cannot come back
};

std::string column_name(unsigned number) { return "remark_of_" + std::to_string(number) + "_kind"; }

// Columns of the first dozen are there and used at the beginning, those of the second are added on the way.
std::vector<Commit> generated(std::mt19937& random) {
    Names schema;
    Names used;
    for (unsigned i = 0; i < 12; ++i) {
        schema.insert(column_name(i));
        used.insert(column_name(i));
    }
    unsigned next = 12;
    std::vector<Commit> commits;
    auto const any_of = [&](Names const& names) {
        return *std::next(names.begin(), static_cast<long>(random() % names.size()));
    };
    while (commits.size() < 198) {
        Commit commit;
        auto const dice = random() % 100;
        if (dice < 12 && next < 30) {
            commit = {Commit::Kind::expand, column_name(next++)};
            schema.insert(commit.column);
        } else if (dice < 20 && schema.size() > 4) {
            commit = {Commit::Kind::contract, any_of(schema)};
            schema.erase(commit.column);
        } else if (dice < 45 && !used.empty()) {
            commit.kind = Commit::Kind::code;
            used.erase(any_of(used));
        } else if (dice < 70) {
            commit.kind = Commit::Kind::code;
            // Now and then a column that only a later commit adds.
            used.insert(random() % 8 == 0 && next < 30 ? column_name(next) : any_of(schema));
        } else if (dice < 74) {
            commit.kind = Commit::Kind::mixed;
        }
        commit.used = used;
        commits.push_back(std::move(commit));
    }
    // What code named too early must come at some time, or nobody could tell that it is a column.
    for (; commits.size() < 200; ++next) {
        commits.push_back({Commit::Kind::expand, column_name(next), used});
    }
    return commits;
}

Names missing_from(Names const& schema, Names const& used) {
    Names missing;
    std::set_difference(used.begin(), used.end(), schema.begin(), schema.end(), std::inserter(missing, missing.end()));
    return missing;
}

// Plays the steps.
class Oracle {
  public:
    static Expected judge(std::vector<Commit> const& commits) {
        Oracle oracle;
        for (std::size_t begin = 0; begin < commits.size();) {
            std::size_t end = begin;
            std::size_t last = begin;
            auto const kind = commits[begin].kind;
            if (kind == Commit::Kind::neutral || kind == Commit::Kind::mixed) {
                if (kind == Commit::Kind::mixed) {
                    oracle.m_expected.problems.insert({0, begin});
                }
                ++begin;
                continue;
            }
            for (; end < commits.size(); ++end) {
                bool const same = commits[end].kind == kind;
                bool const passes =
                    commits[end].kind == Commit::Kind::neutral || commits[end].kind == Commit::Kind::mixed;
                if (!same && !passes) {
                    break;
                }
                last = same ? end : last;
            }
            // What stands between belongs to no step, but is looked at in its turn.
            for (std::size_t i = begin; i <= last; ++i) {
                if (commits[i].kind == Commit::Kind::mixed) {
                    oracle.m_expected.problems.insert({0, i});
                }
            }
            oracle.play(commits, begin, last, kind);
            begin = last + 1;
        }
        return oracle.m_expected;
    }

  private:
    Oracle() {
        for (unsigned i = 0; i < 12; ++i) {
            m_schema.insert(column_name(i));
            m_running.insert(column_name(i));
        }
    }

    void play(std::vector<Commit> const& commits, std::size_t begin, std::size_t last, Commit::Kind kind) {
        std::size_t const step = ++m_expected.steps;
        if (kind == Commit::Kind::code) {
            deploy(step, last, commits[last].used);
            return;
        }
        for (std::size_t i = begin; i <= last; ++i) {
            if (commits[i].kind == Commit::Kind::expand) {
                m_schema.insert(commits[i].column);
            } else if (commits[i].kind == Commit::Kind::contract) {
                drop(step, i, commits[i].column);
            }
        }
    }

    void deploy(std::size_t step, std::size_t commit, Names const& used) {
        for (auto const& column : missing_from(m_schema, used)) {
            bool const was_there = m_dropped.contains(column);
            // Code that named it before, and was told so then, is not told again until somebody drops it.
            if (was_there || !m_running.contains(column)) {
                m_expected.problems.insert({step, commit});
            }
        }
        m_before = m_running;
        m_deployed_once = true;
        m_running = used;
    }

    void drop(std::size_t step, std::size_t commit, std::string const& column) {
        if (m_running.contains(column)) {
            m_expected.problems.insert({step, commit});
        } else if (m_deployed_once && m_before.contains(column)) {
            m_expected.no_way_back.insert(step);
        }
        m_schema.erase(column);
        m_dropped.insert(column);
    }

    Names m_schema{};
    Names m_running{};
    Names m_before{};
    Names m_dropped{};
    bool m_deployed_once = false;
    Expected m_expected{};
};

std::string data(std::string const& text) { return "data " + std::to_string(text.size()) + "\n" + text + "\n"; }

std::string file(std::string const& path, std::string const& text) {
    return "M 100644 inline " + path + "\n" + data(text);
}

std::string code_naming(Names const& used) {
    std::string text;
    for (auto const& name : used) {
        text += "read('" + name + "')\n";
    }
    return text;
}

std::string migration(std::size_t number, std::string const& sql) {
    return file("db/migrations/" + std::to_string(20240101000000 + number) + "_m.sql",
                "-- migrate:up\nSET lock_timeout='1s';\n" + sql + "\n");
}

std::string files_of(Commit const& commit, std::size_t number) {
    std::string const text = std::to_string(number);
    switch (commit.kind) {
    case Commit::Kind::code: return file("src/a.py", "# " + text + "\n" + code_naming(commit.used));
    case Commit::Kind::expand: return migration(number, "ALTER TABLE orders ADD COLUMN " + commit.column + " text;");
    case Commit::Kind::contract: return migration(number, "ALTER TABLE orders DROP COLUMN " + commit.column + ";");
    case Commit::Kind::neutral: return file("README.md", text);
    case Commit::Kind::mixed: break;
    }
    return file("src/other.py", text) + migration(number, "CREATE TABLE made_in_" + text + " (id bigint);");
}

// All commits by one process; their names, oldest first and the base before them.
std::vector<std::string> import(Repository& repository, std::vector<Commit> const& commits) {
    Names first;
    for (unsigned i = 0; i < 12; ++i) {
        first.insert(column_name(i));
    }
    std::string stream;
    auto const add = [&](std::string const& subject, std::string const& files) {
        stream +=
            "commit refs/heads/main\ncommitter a <a@example.org> 1700000000 +0000\n" + data(subject) + files + "\n";
    };
    add("base", file("src/a.py", code_naming(first)));
    for (std::size_t i = 0; i < commits.size(); ++i) {
        add(std::to_string(i), files_of(commits[i], i));
    }
    process::Command command{{"git", "fast-import", "--quiet"}};
    command.directory = repository.path();
    command.input = stream;
    EXPECT_TRUE(must(process::posix_runner().run(command)).succeeded());
    std::istringstream lines(repository.git({"rev-list", "--reverse", "main"}));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        names.push_back(line);
    }
    return names;
}

class PlanOracle : public testing::TestWithParam<unsigned> {};

TEST_P(PlanOracle, agrees_about_200_commits) {
    std::mt19937 random(GetParam());
    auto const commits = generated(random);
    ASSERT_EQ(commits.size(), 200U);
    auto const wanted = Oracle::judge(commits);
    Repository repository;
    auto const names = import(repository, commits);
    ASSERT_EQ(names.size(), 201U);
    auto const plan = run_json(repository, {"plan", names.front() + "..main"});

    std::map<std::string, std::size_t> number_of;
    for (std::size_t i = 1; i < names.size(); ++i) {
        number_of[names[i]] = i - 1;
    }
    std::set<std::pair<std::size_t, std::size_t>> problems;
    for (auto const& problem : plan["problems"]) {
        problems.insert({problem["step"].get<std::size_t>(), number_of.at(problem["commit"].get<std::string>())});
    }
    std::set<std::size_t> no_way_back;
    for (auto const& step : plan["steps"]) {
        if (!step["no_way_back"].get<std::string>().empty()) {
            no_way_back.insert(step["number"].get<std::size_t>());
        }
        EXPECT_EQ(step["snapshot"] == "required", step["phase"] == "contract") << step;
    }
    EXPECT_EQ(plan["steps"].size(), wanted.steps);
    EXPECT_EQ(problems, wanted.problems);
    EXPECT_EQ(no_way_back, wanted.no_way_back);
    EXPECT_FALSE(wanted.problems.empty()) << "a history without a problem proves little";
}

INSTANTIATE_TEST_SUITE_P(Histories, PlanOracle, testing::Values(1U, 2U, 3U, 4U));

} // namespace
} // namespace sluice::test
