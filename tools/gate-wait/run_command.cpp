#include "tools/gate-wait/run_command.hpp"

namespace sluice::gate_wait {

namespace {

constexpr std::size_t k_most_output = std::size_t{16} << 20U;
constexpr std::chrono::milliseconds k_grace{1'000};

std::string first_line(std::string const& text) {
    constexpr std::size_t longest = 300;
    return text.substr(0, std::min(text.find('\n'), longest));
}

} // namespace

Result<process::Outcome> run_command(CommandSpec const& spec, std::chrono::milliseconds limit,
                                     process::Runner& runner) {
    process::Command command{.arguments = spec.command, .environment = spec.environment};
    command.directory = spec.directory;
    command.limit = limit;
    command.grace = k_grace;
    std::string output;
    command.on_output = [&](std::string_view piece) -> Result<void> {
        output.append(piece);
        return output.size() > k_most_output ? Result<void>(fail(Errc::bad_data, "more than 16 MiB of output"))
                                             : Result<void>{};
    };
    TRY_ASSIGN(auto outcome, runner.run(command));
    outcome.output = std::move(output);
    return outcome;
}

Observation told_by_exit(process::Outcome const& outcome) {
    constexpr int unknown = 3;
    constexpr int did_not_run = 126;
    std::string const said = first_line(outcome.output.empty() ? outcome.error_output : outcome.output);
    std::string const what = "exit " + std::to_string(outcome.exit_code) + (said.empty() ? "" : ": " + said);
    if (outcome.exit_code == 0) {
        return saw_open(what);
    }
    return outcome.exit_code == unknown || outcome.exit_code >= did_not_run ? saw_nothing(what) : saw_closed(what);
}

} // namespace sluice::gate_wait
