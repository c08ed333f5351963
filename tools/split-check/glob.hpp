#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// A pattern for paths: `*` and `?` stay inside one folder, `**` crosses folders, `<14>` is exactly fourteen digits,
/// `<+>` one digit or more, `[a-z]` a set, `{a,b}` one of several. Everything else stands for itself.
class Glob {
  public:
    explicit Glob(std::string_view pattern);
    /// Either of two.
    Glob(std::string_view first, std::string_view second);

    [[nodiscard]] bool matches(std::string_view path) const;

    /// The letters behind the last point of the pattern when they are fixed, else empty: only paths that end so can
    /// match. One per alternative.
    [[nodiscard]] std::vector<std::string> const& endings() const { return m_endings; }
    /// Letters that stand in every path that matches; empty where that is not sure. A quick first look.
    [[nodiscard]] std::string const& required() const { return m_required; }
    [[nodiscard]] std::string const& text() const { return m_text; }

  private:
    struct Alternative {
        std::string text;
        bool is_tail = false; ///< "**/" and a fixed text, which is most of them
        [[nodiscard]] bool matches(std::string_view path) const;
    };

    std::string m_text;
    std::vector<Alternative> m_alternatives{};
    std::vector<std::string> m_endings{};
    std::string m_required{};
};

/// A pattern of a preset: it may begin in any folder of the repository.
[[nodiscard]] Glob anywhere(std::string_view pattern);

/// A pattern as .gitignore reads it: one with a slash before its end is held against the whole path, one without
/// against each name in it, and a folder's pattern covers all that is in the folder.
/// Source: gitignore(5), "Pattern format".
[[nodiscard]] Glob as_in_gitignore(std::string_view pattern);

/// The letters behind the last point of a path's last name, or empty.
[[nodiscard]] std::string_view ending_of(std::string_view path);

} // namespace sluice::split_check
