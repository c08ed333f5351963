#pragma once

#include "common/process/runner.hpp"
#include "common/result/result.hpp"
#include "tools/split-check/model.hpp"

#include <functional>
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
    /// The same for several names at the cost of one process.
    [[nodiscard]] Result<std::vector<std::optional<std::string>>> commits(std::vector<std::string> const& names) const;
    [[nodiscard]] Result<std::optional<std::string>> merge_base(std::string const& a, std::string const& b) const;
    [[nodiscard]] Result<bool> is_shallow() const;

    /// All that differs between two trees (commits or trees), renames told apart as D and A.
    /// `seen` is told of each while git still looks for the next.
    [[nodiscard]] Result<std::vector<Change>> diff(std::string const& base, std::string const& head,
                                                   std::function<void(Change const&)> const& seen = {}) const;
    /// From -> to of the files that git takes for renamed.
    [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> renames(std::string const& base,
                                                                                   std::string const& head) const;
    [[nodiscard]] Result<std::vector<FileRef>> files(std::string const& tree) const;
    [[nodiscard]] Result<Texts> read(std::vector<FileRef> const& files) const;

    /// The top of the work tree.
    [[nodiscard]] std::string const& top() const { return m_top; }

  private:
    [[nodiscard]] process::Command command_of(std::vector<std::string> const& arguments) const;

    process::Runner& m_runner;
    std::string m_directory;
    std::string m_top;
};

/// Reads `git diff-tree --raw -z`, in pieces as they come.
class RawDiff {
  public:
    explicit RawDiff(std::function<void(Change const&)> seen = {}) : m_seen(std::move(seen)) {}
    /// Errors: bad_data.
    [[nodiscard]] Result<void> take(std::string_view piece);
    /// Errors: bad_data when the last change is cut off.
    [[nodiscard]] Result<std::vector<Change>> finish() &&;

  private:
    std::function<void(Change const&)> m_seen;
    std::string m_rest{};
    std::vector<Change> m_changes{};
};

/// The same for a whole text.
[[nodiscard]] Result<std::vector<Change>> parse_raw_diff(std::string_view text);

} // namespace sluice::split_check
