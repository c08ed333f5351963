#include "common/time/clock.hpp"

#include <cerrno>
#include <ctime>

namespace sluice::time {

namespace {

class RealClock final : public Clock {
  public:
    [[nodiscard]] Steady steady_now() const override { return std::chrono::steady_clock::now(); }
    [[nodiscard]] Wall wall_now() const override { return std::chrono::system_clock::now(); }
    void sleep_for(std::chrono::milliseconds duration) override {
        auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
        timespec const wanted{seconds.count(), std::chrono::nanoseconds(duration - seconds).count()};
        // Not resumed after EINTR: a signal handler's flag must be seen at once by whoever waits.
        nanosleep(&wanted, nullptr);
    }
};

} // namespace

Clock& real_clock() {
    static RealClock clock;
    return clock;
}

} // namespace sluice::time
