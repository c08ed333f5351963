#include "tests/support/fake_clock.hpp"

namespace sluice::test {

FakeClock::FakeClock(time::Wall wall) : m_wall(wall) {}

void FakeClock::sleep_for(std::chrono::milliseconds duration) {
    m_sleeps.push_back(duration);
    advance(duration);
    if (while_asleep) {
        while_asleep();
    }
}

void FakeClock::advance(std::chrono::milliseconds duration) {
    m_wall += duration;
    m_steady += duration;
}

} // namespace sluice::test
