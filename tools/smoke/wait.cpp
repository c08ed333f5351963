#include "common/log/log.hpp"
#include "common/process/signals.hpp"
#include "common/time/deadline.hpp"
#include "common/time/duration_text.hpp"
#include "tools/smoke/commands.hpp"
#include "tools/smoke/reports.hpp"
#include "tools/smoke/round.hpp"

#include <algorithm>
#include <map>

namespace sluice::smoke {

namespace {

constexpr std::chrono::seconds k_heartbeat{30};

bool is_good(CheckRecord const& one) {
    return one.check->warn_only || (one.finished && one.last.verdict == Verdict::pass);
}

bool all_good(RunRecord const& record) { return std::all_of(record.checks.begin(), record.checks.end(), is_good); }

CheckRecord const* permanent_failure(RunRecord const& record) {
    auto const place = std::find_if(record.checks.begin(), record.checks.end(), [](CheckRecord const& one) {
        return !is_good(one) && one.finished && one.last.permanent;
    });
    return place == record.checks.end() ? nullptr : &*place;
}

// Says a change of a check's state once, and how often the same came again in between.
class StateLog {
  public:
    explicit StateLog(time::Clock& clock) : m_clock(clock), m_said(clock.steady_now()) {}

    void note(RunRecord const& record) {
        for (auto const& one : record.checks) {
            auto& state = m_states[one.check->id];
            std::string const now = one.last.verdict == Verdict::pass ? "good" : one.last.why;
            if (state.text == now) {
                ++state.repeats;
                continue;
            }
            say(one.check->id, state.text.empty() ? "" : " after x" + std::to_string(state.repeats + 1), now);
            state = {now, 0};
        }
        if (m_clock.steady_now() - m_said > k_heartbeat) {
            auto const good = std::count_if(record.checks.begin(), record.checks.end(), is_good);
            log::info("still waiting", {{"good", std::to_string(good) + "/" + std::to_string(record.checks.size())}});
            m_said = m_clock.steady_now();
        }
    }

  private:
    struct State {
        std::string text{};
        std::size_t repeats = 0;
    };
    void say(std::string const& id, std::string const& before, std::string const& now) {
        log::info("check", {{"id", id}, {"is", now + before}});
        m_said = m_clock.steady_now();
    }
    time::Clock& m_clock;
    time::Steady m_said;
    std::map<std::string, State> m_states{};
};

// Sleeps in pieces, since a signal may come just before one of them.
Result<void> pause(time::Clock& clock, std::chrono::milliseconds duration) {
    constexpr std::chrono::milliseconds piece{100};
    time::Deadline const end(clock, duration);
    while (!end.passed()) {
        TRY(process::check_not_stopped());
        clock.sleep_for(std::min(piece, end.left()));
    }
    return process::check_not_stopped();
}

std::uint64_t failed_attempts(RunRecord const& record) {
    std::uint64_t failed = 0;
    for (auto const& one : record.checks) {
        failed += one.check->warn_only ? 0 : one.failed_attempts;
    }
    return failed;
}

// A system that answers well in the end may still be too shaky to go on with.
cli::ExitCode settled(RunRecord const& record, WaitOptions const& options) {
    std::uint64_t const flakes = failed_attempts(record);
    if (!options.max_flakes || flakes <= *options.max_flakes) {
        return cli::ExitCode::ok;
    }
    log::warning("good in the end, but too many attempts failed before",
                 {{"failed", std::to_string(flakes)}, {"allowed", std::to_string(*options.max_flakes)}});
    return cli::ExitCode::no;
}

cli::ExitCode give_up(WaitOptions const& options) {
    log::info("deadline passed", {{"after", time::duration_text(options.deadline)}});
    return cli::ExitCode::timed_out;
}

Result<cli::ExitCode> repeat(Prober& prober, RunRecord& record, CheckFile const& file, WaitOptions const& options,
                             time::Clock& clock) {
    time::Deadline const deadline(clock, options.deadline);
    unsigned const wanted = options.stable.value_or(file.stable);
    auto const interval = options.interval.value_or(file.interval);
    StateLog states(clock);
    unsigned good = 0;
    while (true) {
        auto const round = run_round(prober, record, clock, &deadline);
        states.note(record);
        if (!round && round.error().kind == Errc::timed_out) {
            return give_up(options);
        }
        TRY(round);
        good = all_good(record) ? good + 1 : 0;
        if (good >= wanted) {
            return settled(record, options);
        }
        if (permanent_failure(record) != nullptr) {
            log::info("giving up: trying again cannot help", {{"check", permanent_failure(record)->check->id}});
            return verdict_of(record);
        }
        if (deadline.left() <= interval) {
            return give_up(options);
        }
        TRY(pause(clock, interval));
    }
}

} // namespace

Result<cli::ExitCode> wait(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto run, begin_after_run("wait", options, context));
    auto const verdict = repeat(*run.prober, run.record, run.file, options.wait, context.clock);
    return end_after_run(options, context, run, verdict);
}

} // namespace sluice::smoke
