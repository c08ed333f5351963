#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace sluice::config {

/// Where a value goes, which decides whether it has to be hidden.
enum class Exposure {
    shown, ///< a URL, a host name, an expected value: hidden only when the variable's name says that it is a secret
    hidden ///< a header, a body, a child's environment: whatever comes from outside is hidden
};

/// Fills in `${env:NAME}`, `${file:PATH}` and, from `own`, `${name}`; `$${` stands for `${`.
class Variables {
  public:
    Variables(ci::Environment const& environment, std::map<std::string, std::string> own)
        : m_environment(environment), m_own(std::move(own)) {}

    /// Values are remembered for redaction by `exposure`; those of files always are. Errors: usage for an unset
    /// variable, an unreadable file, a name that is not there, or a `${` without its end.
    [[nodiscard]] Result<std::string> expand(std::string_view text, Exposure exposure) const;

  private:
    [[nodiscard]] Result<std::string> value_of(std::string const& reference, Exposure exposure) const;

    ci::Environment const& m_environment;
    std::map<std::string, std::string> m_own;
};

} // namespace sluice::config
