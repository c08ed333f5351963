#pragma once

#include "common/cli/context.hpp"
#include "common/json/json.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/split-check/options.hpp"

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace sluice::test {

/// A real git repository in a folder of its own.
class Repository {
  public:
    Repository();
    /// A clone, with further arguments for git clone.
    Repository(Repository const& origin, std::vector<std::string> const& arguments);

    std::string git(std::vector<std::string> arguments);
    void write(std::string const& name, std::string const& text);
    void remove(std::string const& name);
    /// Commits everything and returns the full name.
    std::string commit(std::string const& message);
    std::string commit(std::map<std::string, std::string> const& files, std::string const& message);
    [[nodiscard]] std::string path() const { return m_folder.path().string(); }

  private:
    TemporaryDirectory m_folder{};
};

/// What one run of the program in this process gave.
struct Answer {
    int status = 0; ///< as the program would exit
    std::string out{};
    std::string error{}; ///< message and hint
};

/// Runs split-check on a repository with these arguments and these variables alone.
[[nodiscard]] Answer run_split_check(Repository const& repository, std::vector<std::string> arguments,
                                     std::map<std::string, std::string> environment = {});

/// The JSON report of the same.
[[nodiscard]] Json run_json(Repository const& repository, std::vector<std::string> arguments,
                            std::map<std::string, std::string> environment = {});

} // namespace sluice::test
