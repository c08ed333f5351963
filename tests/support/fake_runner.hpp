#pragma once

#include "common/process/runner.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace sluice::test {

/// Plays children from a script and keeps what it was asked to run. A program that the script does not know is "not
/// found", as the real runner says of one that is not installed.
class FakeRunner final : public process::Runner {
  public:
    /// The answers to calls of `program`, in order; the last one repeats.
    FakeRunner& when(std::string const& program, Result<process::Outcome> answer);

    Result<process::Outcome> run(process::Command const& command) override;

    [[nodiscard]] std::vector<process::Command> const& calls() const { return m_calls; }

  private:
    std::map<std::string, std::deque<Result<process::Outcome>>> m_script{};
    std::vector<process::Command> m_calls{};
};

} // namespace sluice::test
