#include "tools/gate-wait/asker.hpp"
#include "tools/gate-wait/local_time_text.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

constexpr std::chrono::seconds k_look_anew{60};

// Looks anew when the answer is due to change, and once a minute; in between the same answer holds.
class WindowAsker final : public Asker {
  public:
    WindowAsker(WindowCondition spec, Condition const& condition, Surroundings& around)
        : m_spec(std::move(spec)), m_interval(condition.interval), m_around(around) {}

    Observation ask() override {
        auto const ahead = m_around.clock_ahead;
        if (ahead && (*ahead > k_most_skew || *ahead < -k_most_skew)) {
            return saw_nothing("this machine's clock is " + std::to_string(ahead->count()) +
                                   " s away from the CI server's",
                               "Set the clock; windows can't be told without.");
        }
        auto const now = std::chrono::floor<std::chrono::seconds>(m_around.clock.wall_now());
        bool const fresh = m_read_at && now >= *m_read_at && now < *m_read_at + k_look_anew &&
                           (!m_reading.until || now < *m_reading.until);
        if (!fresh) {
            m_reading = read_window(m_spec.window, now, m_spec.edges);
            m_read_at = now;
        }
        return told(m_reading);
    }

  private:
    [[nodiscard]] Observation told(WindowReading const& reading) const {
        TimeZone const& zone = *m_spec.window.zone;
        std::string const until = reading.until ? local_text(zone, *reading.until) : "";
        Observation seen = reading.open ? saw_open("open until " + until)
                                        : saw_closed(reading.until ? "next opens " + until : "does not open again");
        seen.final = !reading.open && !reading.until;
        seen.source = "calendar, zone " + zone.name();
        if (reading.until) {
            auto const left = std::chrono::ceil<Milliseconds>(*reading.until - m_around.clock.wall_now());
            seen.ask_again = std::clamp(left, Milliseconds{1}, m_interval);
        }
        return seen;
    }

    WindowCondition m_spec;
    Milliseconds m_interval;
    Surroundings& m_around;
    std::optional<Instant> m_read_at{};
    WindowReading m_reading{};
};

} // namespace

std::unique_ptr<Asker> asker_of(WindowCondition const& spec, Condition const& all, Surroundings& around) {
    return std::make_unique<WindowAsker>(spec, all, around);
}

} // namespace sluice::gate_wait
