#pragma once

#include "tools/split-check/config.hpp"
#include "tools/split-check/git.hpp"
#include "tools/split-check/model.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice::split_check {

/// A place in code that names something.
struct Mention {
    std::string path;
    std::size_t line = 0;
};

/// Looks for identifiers in the code of a revision, migrations, tests and documents left out. Answers are kept.
class CodeSearch {
  public:
    /// `recurse`: in checked out submodules too.
    CodeSearch(Git const& git, Config const& config, bool recurse) : m_git(git), m_config(config), m_recurse(recurse) {}
    /// These will be asked for: each revision is then searched once for all of them.
    void expect(std::set<std::string> const& identifiers);
    /// Errors: those of git.
    [[nodiscard]] Result<std::optional<Mention>> find(std::string const& revision, std::string const& identifier);

  private:
    using Names = std::set<std::string>;
    [[nodiscard]] Result<void> search(std::string const& revision, Names const& identifiers);
    [[nodiscard]] Result<void> take_line(std::string const& revision, Names const& identifiers, std::string_view line);
    [[nodiscard]] Result<bool> is_code(std::string const& path) const;

    Git const& m_git;
    Config const& m_config;
    bool m_recurse;
    Names m_expected{};
    std::map<std::pair<std::string, std::string>, std::optional<Mention>> m_known{};
};

/// How code may spell a database name: orders_note, ordersNote, OrdersNote.
[[nodiscard]] std::vector<std::string> spellings(std::string const& identifier);

/// Whether a name is so short or common that finding it in code proves nothing.
[[nodiscard]] bool is_common_name(std::string const& identifier);

/// Holds each contract step against the code now deployed: named there, it is unsafe (review for common names); not
/// named, it is safe beside that code. Errors: those of git.
[[nodiscard]] Result<void> hold_against_code(std::vector<Finding>& findings, std::string const& deployed,
                                             CodeSearch& search);

} // namespace sluice::split_check
