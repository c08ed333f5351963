#include "tests/support/fake_runner.hpp"

namespace sluice::test {

FakeRunner& FakeRunner::when(std::string const& program, Result<process::Outcome> answer) {
    m_script[program].push_back(std::move(answer));
    return *this;
}

Result<process::Outcome> FakeRunner::run(process::Command const& command) {
    m_calls.push_back(command);
    auto const place = m_script.find(command.arguments.front());
    if (place == m_script.end()) {
        return fail(Errc::not_found, "cannot run '" + command.arguments.front() + "': not in the script of this test");
    }
    auto answer = place->second.front();
    if (place->second.size() > 1) {
        place->second.pop_front();
    }
    if (answer && command.on_output) {
        TRY(command.on_output(answer->output));
        answer->output.clear();
    }
    return answer;
}

} // namespace sluice::test
