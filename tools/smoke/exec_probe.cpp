#include "tools/smoke/probes.hpp"

namespace sluice::smoke {

namespace {

constexpr std::size_t k_most_output = std::size_t{1} << 20U;
constexpr std::chrono::milliseconds k_grace{1'000};

ProbeResult could_not_run(Error const& error) {
    switch (error.kind) {
    case Errc::timed_out: return failed_probe(Verdict::fail, Kind::timed_out, error.message);
    case Errc::bad_data: return failed_probe(Verdict::fail, Kind::too_large, error.message);
    case Errc::interrupted: return failed_probe(Verdict::unknown, Kind::interrupted, error.message);
    case Errc::not_found: return failed_probe(Verdict::unknown, Kind::configuration, error.message);
    default: return failed_probe(Verdict::unknown, Kind::unobservable, error.message);
    }
}

} // namespace

ProbeResult probe_exec(Check const& check, ExecCheck const& exec, process::Runner& runner) {
    time::Clock& clock = time::real_clock();
    auto const begin = clock.steady_now();
    Observation seen;
    process::Command command{.arguments = exec.command, .environment = exec.environment};
    command.directory = exec.directory;
    command.limit = check.timeout;
    command.grace = k_grace;
    command.on_output = [&](std::string_view piece) -> Result<void> {
        seen.body.append(piece);
        if (seen.body.size() > k_most_output) {
            return fail(Errc::bad_data, "the output is larger than " + std::to_string(k_most_output) + " bytes");
        }
        return {};
    };
    auto outcome = runner.run(command);
    seen.duration = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady_now() - begin);
    ProbeResult result;
    if (outcome) {
        seen.exit_code = outcome->exit_code;
        seen.error_output = std::move(outcome->error_output);
        result = judge(check, seen, clock.wall_now());
    } else {
        result = could_not_run(outcome.error());
    }
    result.duration = seen.duration;
    return result;
}

} // namespace sluice::smoke
