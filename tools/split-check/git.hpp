#pragma once

#include "common/process/runner.hpp"
#include "common/result/result.hpp"
#include "tools/split-check/model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::split_check {

/// A file and, in a git tree, the name of its blob.
struct FileRef {
    std::string path;
    std::string id{};
};

/// Texts in the order asked for; nothing where there is no such file.
using Texts = std::vector<std::optional<std::string>>;

/// Asks git about one repository. Only plumbing is called, so that a user's own settings change nothing.
/// The runner must outlive it.
class Git {
  public:
    /// `directory`: anywhere inside the work tree; empty: here.
    Git(process::Runner& runner, std::string directory);

    /// What git prints. Errors: not_found when it fails, with the end of what it said.
    [[nodiscard]] Result<std::string> run(std::vector<std::string> const& arguments, std::string input = {}) const;
    /// The same where failing is an answer.
    [[nodiscard]] Result<process::Outcome> attempt(std::vector<std::string> const& arguments,
                                                   std::string input = {}) const;

    /// The full name of a commit, or nothing when this clone does not hold it.
    [[nodiscard]] Result<std::optional<std::string>> commit(std::string const& name) const;
    [[nodiscard]] Result<std::optional<std::string>> merge_base(std::string const& a, std::string const& b) const;
    [[nodiscard]] Result<bool> is_shallow() const;

    /// All that differs between two trees (commits or trees), renames told apart as D and A.
    [[nodiscard]] Result<std::vector<Change>> diff(std::string const& base, std::string const& head) const;
    /// From -> to of the files that git takes for renamed.
    [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> renames(std::string const& base,
                                                                                   std::string const& head) const;
    [[nodiscard]] Result<std::vector<FileRef>> files(std::string const& tree) const;
    [[nodiscard]] Result<Texts> read(std::vector<FileRef> const& files) const;

    [[nodiscard]] std::string const& directory() const { return m_directory; }

  private:
    process::Runner& m_runner;
    std::string m_directory;
    std::string m_top;
};

/// Reads `git diff-tree --raw -z`. Errors: bad_data.
[[nodiscard]] Result<std::vector<Change>> parse_raw_diff(std::string_view text);

} // namespace sluice::split_check
