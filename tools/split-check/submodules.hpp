#pragma once

#include "tools/split-check/source.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::split_check {

/// Looks into the submodules that a release moves: what differs between the old commit and the new one becomes part of
/// the release, under the submodule's path. Submodules of submodules too.
class Submodules {
  public:
    /// The runner must outlive it. `top`: the folder of the work tree in which they are checked out.
    Submodules(process::Runner& runner, std::string top) : m_runner(runner), m_top(std::move(top)) {}

    /// Puts the changes inside a submodule in the place of its own change. A submodule that is not checked out, or
    /// lacks one of the two commits, stays and is marked `unseen`. Errors: those of git.
    [[nodiscard]] Result<std::vector<Change>> expand(std::vector<Change> changes);

    /// Every file of the moved submodules' new commits.
    [[nodiscard]] Result<std::vector<FileRef>> files() const;
    /// The repository that holds the blobs of `path`; null for the outermost.
    [[nodiscard]] Git const* home_of(std::string_view path) const;

  private:
    [[nodiscard]] Result<void> expand_into(Change change, std::vector<Change>& into, int depth);
    [[nodiscard]] Result<void> look_inside(Change const& change, Git const& git, std::vector<Change>& into, int depth);

    struct Inside {
        Git git;
        std::string head; ///< empty where the submodule was removed
    };

    process::Runner& m_runner;
    std::string m_top;
    std::map<std::string, Inside, std::less<>> m_inside{}; ///< by "path/"
};

/// A side of the comparison with the submodules' part in it. Both must outlive it.
class SourceWithSubmodules final : public Source {
  public:
    SourceWithSubmodules(Source& own, Submodules const& submodules) : m_own(own), m_submodules(submodules) {}
    Result<std::vector<FileRef> const*> files() override;
    Result<Texts> read(std::vector<FileRef> const& files) override;

  private:
    Source& m_own;
    Submodules const& m_submodules;
    std::optional<std::vector<FileRef>> m_files{};
};

} // namespace sluice::split_check
