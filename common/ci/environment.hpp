#pragma once

#include <map>
#include <optional>
#include <string>

namespace sluice::ci {

/// The process environment as a value, so that tests pass their own. A variable set to an empty text counts as unset:
/// CI systems expand undefined variables to nothing.
class Environment {
  public:
    Environment() = default;
    explicit Environment(std::map<std::string, std::string> variables) : m_variables(std::move(variables)) {}

    /// A copy of this process's environment.
    [[nodiscard]] static Environment of_process();

    [[nodiscard]] std::optional<std::string> get(std::string const& name) const;
    [[nodiscard]] std::map<std::string, std::string> const& all() const { return m_variables; }

  private:
    std::map<std::string, std::string> m_variables{};
};

} // namespace sluice::ci
