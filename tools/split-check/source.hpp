#pragma once

#include "tools/split-check/git.hpp"

#include <future>
#include <string>
#include <vector>

namespace sluice::split_check {

/// One side of a comparison: the files of a git tree, or of a folder when only a list of names was given.
class Source {
  public:
    virtual ~Source() = default;
    /// Every file, listed once and kept.
    [[nodiscard]] virtual Result<std::vector<FileRef> const*> files() = 0;
    [[nodiscard]] virtual Result<Texts> read(std::vector<FileRef> const& files) = 0;
};

class TreeSource final : public Source {
  public:
    TreeSource(Git const& git, std::string tree) : m_git(git), m_tree(std::move(tree)) {}
    /// Somebody will ask for the files: git may list them while other work is done.
    void expect_listing();
    Result<std::vector<FileRef> const*> files() override;
    Result<Texts> read(std::vector<FileRef> const& files) override { return m_git.read(files); }

  private:
    Git const& m_git;
    std::string m_tree;
    std::future<Result<std::vector<FileRef>>> m_listing{};
    std::optional<std::vector<FileRef>> m_files{};
};

class FolderSource final : public Source {
  public:
    explicit FolderSource(std::string folder) : m_folder(folder.empty() ? "." : std::move(folder)) {}
    Result<std::vector<FileRef> const*> files() override;
    Result<Texts> read(std::vector<FileRef> const& files) override;

  private:
    std::string m_folder;
    std::optional<std::vector<FileRef>> m_files{};
};

/// A whole file. Errors: not_found.
[[nodiscard]] Result<std::string> read_file(std::string const& path);

} // namespace sluice::split_check
