#pragma once

#include "common/result/result.hpp"

#include <memory>
#include <string>

namespace sluice::smoke {

/// A POSIX extended regular expression. The C library matches these without backtracking as long as there are no back
/// references, which are refused, so that no answer of a server can keep us busy. Source: regex(7).
class Pattern {
  public:
    /// Errors: usage for a malformed pattern, a back reference, or one longer than 1,000 bytes.
    [[nodiscard]] static Result<Pattern> compile(std::string const& text);

    /// Whether it is found anywhere in `text`, of which the first 64 KiB are looked at. A zero byte ends the text.
    [[nodiscard]] bool found_in(std::string const& text) const;

  private:
    struct Compiled;
    explicit Pattern(std::shared_ptr<Compiled const> compiled) : m_compiled(std::move(compiled)) {}
    std::shared_ptr<Compiled const> m_compiled;
};

} // namespace sluice::smoke
