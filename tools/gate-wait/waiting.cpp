#include "tools/gate-wait/waiting.hpp"

#include "common/time/deadline.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace sluice::gate_wait {

namespace {

using namespace std::chrono_literals;

constexpr Milliseconds k_heartbeat = 30s;
constexpr Milliseconds k_piece = 100ms; // a signal may come just before a sleep
constexpr Milliseconds k_jitter_from = 2s;
constexpr std::chrono::seconds k_jump{60};

class Waiting {
  public:
    Waiting(Gate const& gate, WaitLimits const& limits, Ask const& ask, Watcher& watcher, time::Clock& clock,
            std::function<bool()> const& stopped)
        : m_gate(gate), m_limits(limits), m_ask(ask), m_watcher(watcher), m_clock(clock), m_stopped(stopped),
          m_deadline(clock, limits.timeout), m_states(gate.conditions.size()), m_seen(gate.conditions.size()),
          m_told(clock.steady_now()), m_drift(drift()) {}

    Waited run() {
        while (true) {
            if (auto const ending = round()) {
                return finish(*ending);
            }
            if (m_deadline.passed()) {
                return finish(Ending::timed_out);
            }
            pause();
        }
    }

  private:
    struct State {
        bool asked = false;
        time::Steady due{};
        time::Steady not_before{}; ///< as the source asked for (Retry-After)
    };

    [[nodiscard]] bool takes_part(std::size_t index) const {
        return m_limits.override_asked || index != m_gate.override_approval;
    }

    // Nothing while the wait goes on.
    std::optional<Ending> round() {
        note_jump();
        bool whole = m_whole_round || m_limits.once;
        if (!ask_due(whole)) {
            return Ending::cancelled;
        }
        auto decision = look();
        if (decision.truth == Truth::open && !whole) {
            // The parts were seen at different times: only together, now, do they count.
            whole = true;
            if (!ask_due(true)) {
                return Ending::cancelled;
            }
            decision = look();
        }
        m_good = decision.truth == Truth::open ? m_good + 1 : 0;
        if (m_good >= m_gate.stable) {
            return Ending::opened;
        }
        m_whole_round = m_good > 0;
        m_next_round = m_clock.steady_now() + m_gate.interval;
        if (decision.truth == Truth::open) {
            return std::nullopt;
        }
        return ending_of(decision);
    }

    [[nodiscard]] std::optional<Ending> ending_of(Decision const& decision) const {
        if (decision.hopeless == Hopeless::by_no) {
            return Ending::rejected;
        }
        if (decision.hopeless == Hopeless::by_doubt) {
            return Ending::unknown;
        }
        if (m_limits.once) {
            return decision.truth == Truth::unknown ? Ending::unknown : Ending::not_yet;
        }
        return std::nullopt;
    }

    Decision look() {
        m_overridden.clear();
        auto const counts = with_overrides(m_gate, m_seen, m_limits.override_asked, m_overridden);
        auto const decision = decide(m_gate.open_when, counts);
        m_truth = decision.truth;
        return decision;
    }

    // False when a stop came in between.
    bool ask_due(bool all) {
        for (std::size_t i = 0; i < m_states.size(); ++i) {
            if (m_stopped()) {
                return false;
            }
            auto const now = m_clock.steady_now();
            bool const due = all ? now >= m_states[i].not_before : now >= m_states[i].due;
            if (takes_part(i) && (due || !m_states[i].asked)) {
                ask(i);
            }
        }
        return !m_stopped();
    }

    void ask(std::size_t index) {
        auto& state = m_states[index];
        Observation now = m_ask(index);
        // What a stop cut short was not observed.
        if (m_stopped() && now.truth == Truth::unknown && state.asked) {
            return;
        }
        bool const first = !state.asked;
        if (first || m_seen[index].truth != now.truth || m_seen[index].final != now.final) {
            m_watcher.changed(m_gate.conditions[index], first ? nullptr : &m_seen[index], now);
            m_told = m_clock.steady_now();
        }
        auto const after = m_clock.steady_now();
        state.asked = true;
        state.due = after + now.ask_again.value_or(with_jitter(m_gate.conditions[index].interval));
        state.not_before = now.truth == Truth::unknown && now.ask_again ? state.due : after;
        m_seen[index] = std::move(now);
    }

    // Many gates that began together must not ask together.
    Milliseconds with_jitter(Milliseconds interval) {
        if (interval < k_jitter_from) {
            return interval;
        }
        std::uniform_int_distribution<std::int64_t> spread(-interval.count() / 10, interval.count() / 10);
        return interval + Milliseconds{spread(m_random)};
    }

    [[nodiscard]] Milliseconds drift() const {
        return std::chrono::duration_cast<Milliseconds>(m_clock.wall_now().time_since_epoch()) -
               std::chrono::duration_cast<Milliseconds>(m_clock.steady_now().time_since_epoch());
    }

    // Somebody, or a suspended machine, moved the wall clock: nothing seen before holds.
    void note_jump() {
        Milliseconds const now = drift();
        auto const by = std::chrono::duration_cast<std::chrono::seconds>(now - m_drift);
        if (by > k_jump || by < -k_jump) {
            m_watcher.clock_jumped(by);
            m_good = 0;
            m_whole_round = false;
            for (auto& state : m_states) {
                state.due = std::max(state.not_before, time::Steady{});
            }
        }
        m_drift = now;
    }

    [[nodiscard]] time::Steady next_due() const {
        if (m_whole_round) {
            return m_next_round;
        }
        auto earliest = m_clock.steady_now() + k_heartbeat;
        for (std::size_t i = 0; i < m_states.size(); ++i) {
            earliest = takes_part(i) ? std::min(earliest, m_states[i].due) : earliest;
        }
        return earliest;
    }

    void pause() {
        auto const until = next_due();
        while (!m_stopped() && !m_deadline.passed() && m_clock.steady_now() < until) {
            auto const left = std::chrono::ceil<Milliseconds>(until - m_clock.steady_now());
            m_clock.sleep_for(std::min({k_piece, left, m_deadline.left()}));
            if (m_clock.steady_now() - m_told >= k_heartbeat) {
                m_watcher.still_waiting(m_seen);
                m_told = m_clock.steady_now();
            }
        }
    }

    Waited finish(Ending ending) { return {ending, m_truth, m_seen, m_overridden}; }

    Gate const& m_gate;
    WaitLimits const& m_limits;
    Ask const& m_ask;
    Watcher& m_watcher;
    time::Clock& m_clock;
    std::function<bool()> const& m_stopped;
    time::Deadline m_deadline;
    std::vector<State> m_states;
    std::vector<Observation> m_seen;
    std::vector<std::size_t> m_overridden{};
    Truth m_truth = Truth::unknown;
    unsigned m_good = 0;
    bool m_whole_round = false; ///< the next round asks everybody
    time::Steady m_next_round{};
    time::Steady m_told;
    Milliseconds m_drift;
    std::minstd_rand m_random{std::random_device{}()};
};

} // namespace

std::string_view name_of(Ending ending) {
    constexpr std::array<std::string_view, 6> names{"open", "rejected", "not yet", "unknown", "timed out", "cancelled"};
    return names.at(static_cast<std::size_t>(ending));
}

Waited wait_for(Gate const& gate, WaitLimits const& limits, Ask const& ask, Watcher& watcher, time::Clock& clock,
                std::function<bool()> const& stopped) {
    return Waiting(gate, limits, ask, watcher, clock, stopped).run();
}

std::vector<Observation> with_overrides(Gate const& gate, std::vector<Observation> seen, bool asked,
                                        std::vector<std::size_t>& overridden) {
    if (!asked || !gate.override_approval) {
        return seen;
    }
    bool const agreed = seen[*gate.override_approval].truth == Truth::open;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (!gate.conditions[i].overridable || seen[i].truth == Truth::open) {
            continue;
        }
        seen[i].final = false;
        if (agreed) {
            seen[i].truth = Truth::open;
            overridden.push_back(i);
        }
    }
    return seen;
}

} // namespace sluice::gate_wait
