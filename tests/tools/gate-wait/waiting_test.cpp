#include "tests/support/fake_clock.hpp"
#include "tools/gate-wait/waiting.hpp"

#include <gtest/gtest.h>

namespace sluice::gate_wait {
namespace {

using namespace std::chrono_literals;

// Somebody sets the wall clock; the monotonic one goes on.
class JumpingClock final : public time::Clock {
  public:
    [[nodiscard]] time::Steady steady_now() const override { return m_inner.steady_now(); }
    [[nodiscard]] time::Wall wall_now() const override { return m_inner.wall_now() + m_shift; }
    void sleep_for(Milliseconds duration) override { m_inner.sleep_for(duration); }
    void jump(std::chrono::seconds by) { m_shift += by; }
    [[nodiscard]] Milliseconds passed() const {
        return std::chrono::duration_cast<Milliseconds>(m_inner.steady_now().time_since_epoch());
    }

  private:
    test::FakeClock m_inner{};
    std::chrono::seconds m_shift{};
};

class Notes final : public Watcher {
  public:
    void changed(Condition const& condition, Observation const*, Observation const& now) override {
        told.push_back(condition.id + " " + std::string(name_of(now.truth)));
    }
    void clock_jumped(std::chrono::seconds by) override { jumps.push_back(by); }
    void still_waiting(std::vector<Observation> const&) override { ++heartbeats; }

    std::vector<std::string> told{};
    std::vector<std::chrono::seconds> jumps{};
    unsigned heartbeats = 0;
};

class TheWait : public testing::Test {
  protected:
    TheWait() {
        for (char const* id : {"a", "b"}) {
            Condition condition;
            condition.id = id;
            condition.interval = 500ms;
            m_gate.conditions.push_back(std::move(condition));
        }
        m_gate.open_when = {Expression::Kind::all, 0, {{Expression::Kind::one, 0, {}}, {Expression::Kind::one, 1, {}}}};
        m_gate.interval = 1s;
        m_limits.timeout = 10min;
    }

    Waited wait(Ask const& ask) {
        return wait_for(m_gate, m_limits, ask, m_notes, m_clock, [this] { return m_stop; });
    }
    [[nodiscard]] Milliseconds now() const { return m_clock.passed(); }

    Gate m_gate{};
    WaitLimits m_limits{};
    Notes m_notes{};
    JumpingClock m_clock{};
    bool m_stop = false;
};

TEST_F(TheWait, opens_within_a_second_of_the_last_condition) {
    auto const waited =
        wait([&](std::size_t index) { return index == 0 || now() >= 90s ? saw_open("") : saw_closed(""); });
    EXPECT_EQ(waited.ending, Ending::opened);
    EXPECT_GE(now(), 90s);
    EXPECT_LE(now(), 91s);
    EXPECT_EQ(m_notes.told, (std::vector<std::string>{"a open", "b closed", "b open"}));
    EXPECT_EQ(m_notes.heartbeats, 3U) << "one every half a minute of silence";
}

TEST_F(TheWait, needs_all_conditions_in_one_round) {
    // They take turns, and are each asked when they are due: together they are never open.
    m_gate.conditions[1].interval = 700ms;
    m_limits.timeout = 60s;
    auto const waited = wait([&](std::size_t index) {
        bool const first = (now() / 1s) % 2 == 0;
        return (index == 0) == first ? saw_open("") : saw_closed("");
    });
    EXPECT_EQ(waited.ending, Ending::timed_out);
}

TEST_F(TheWait, wants_stable_rounds_in_a_row) {
    m_gate.stable = 3;
    unsigned asked = 0;
    auto const waited = wait([&](std::size_t index) {
        asked += index == 1 ? 1 : 0;
        return index == 0 || asked != 2 ? saw_open("") : saw_closed(""); // closed in the second round
    });
    EXPECT_EQ(waited.ending, Ending::opened);
    EXPECT_GE(now(), 2500ms);
    EXPECT_GE(asked, 5U);
}

TEST_F(TheWait, ends_at_its_deadline_with_the_last_reasons) {
    m_limits.timeout = 90s;
    auto const waited =
        wait([&](std::size_t index) { return index == 0 ? saw_open("") : saw_nothing("the server is away"); });
    EXPECT_EQ(waited.ending, Ending::timed_out);
    EXPECT_EQ(waited.truth, Truth::unknown);
    EXPECT_EQ(waited.seen.at(1).observed, "the server is away");
    EXPECT_GE(now(), 90s);
    EXPECT_LE(now(), 91s);
}

TEST_F(TheWait, asks_nobody_earlier_than_he_wants) {
    std::vector<Milliseconds> asked;
    m_limits.timeout = 60s;
    (void)wait([&](std::size_t index) {
        if (index == 1) {
            asked.push_back(now());
            auto seen = saw_nothing("429");
            seen.ask_again = 20s;
            return seen;
        }
        return saw_open("");
    });
    ASSERT_GE(asked.size(), 3U);
    for (std::size_t i = 1; i < asked.size(); ++i) {
        EXPECT_GE(asked[i] - asked[i - 1], 20s);
    }
}

TEST_F(TheWait, starts_anew_when_the_clock_jumps) {
    m_gate.stable = 3;
    for (auto const by : {7200s, -7200s}) {
        unsigned rounds = 0;
        bool jumped = false;
        m_notes.jumps.clear();
        auto const waited = wait([&](std::size_t index) {
            rounds += index == 0 ? 1 : 0;
            if (rounds == 2 && !jumped) {
                jumped = true;
                m_clock.jump(by);
            }
            return saw_open("");
        });
        EXPECT_EQ(waited.ending, Ending::opened);
        EXPECT_EQ(m_notes.jumps, std::vector{by});
        EXPECT_GE(rounds, 5U) << "two good rounds before the jump don't count";
    }
}

TEST_F(TheWait, does_not_wait_when_asked_once) {
    m_limits.once = true;
    EXPECT_EQ(wait([](std::size_t) { return saw_open(""); }).ending, Ending::opened);
    EXPECT_EQ(wait([](std::size_t) { return saw_closed(""); }).ending, Ending::not_yet);
    EXPECT_EQ(wait([](std::size_t) { return saw_nothing(""); }).ending, Ending::unknown);
    EXPECT_EQ(wait([](std::size_t) { return for_good(saw_closed("")); }).ending, Ending::rejected);
    EXPECT_EQ(now(), 0ms);
}

TEST_F(TheWait, ends_at_once_when_it_is_hopeless_or_stopped) {
    EXPECT_EQ(wait([](std::size_t i) { return i == 0 ? saw_closed("") : for_good(saw_nothing("")); }).ending,
              Ending::unknown);
    EXPECT_EQ(wait([](std::size_t i) { return i == 0 ? saw_nothing("") : for_good(saw_closed("")); }).ending,
              Ending::rejected);
    EXPECT_EQ(wait([&](std::size_t) {
                  m_stop = true;
                  return saw_open("");
              }).ending,
              Ending::cancelled)
        << "a stop comes before a yes";
    EXPECT_EQ(now(), 0ms);
}

TEST_F(TheWait, counts_an_override_only_with_the_second_person) {
    m_gate.conditions[1].overridable = true;
    m_gate.conditions.push_back(m_gate.conditions.front());
    m_gate.override_approval = 2;
    m_limits.timeout = 60s;
    auto const ask = [&](std::size_t index) {
        return index == 0     ? saw_open("")
               : index == 1   ? for_good(saw_closed(""))
               : now() >= 30s ? saw_open("")
                              : saw_closed("");
    };
    EXPECT_EQ(wait(ask).ending, Ending::rejected) << "nobody asked for an override";
    m_limits.override_asked = true;
    auto const waited = wait(ask);
    EXPECT_EQ(waited.ending, Ending::opened);
    EXPECT_GE(now(), 30s);
    EXPECT_EQ(waited.overridden, std::vector<std::size_t>{1});
    m_gate.conditions[1].overridable = false;
    EXPECT_EQ(wait(ask).ending, Ending::rejected) << "what is not marked can't be overridden";
}

} // namespace
} // namespace sluice::gate_wait
