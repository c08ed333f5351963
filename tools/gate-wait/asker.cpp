#include "tools/gate-wait/asker.hpp"

#include "common/log/redact.hpp"

namespace sluice::gate_wait {

namespace {

// What every answer has, whoever gave it: when it was given, and no secret.
class StampingAsker final : public Asker {
  public:
    StampingAsker(std::unique_ptr<Asker> inner, time::Clock& clock) : m_inner(std::move(inner)), m_clock(clock) {}

    Observation ask() override {
        auto seen = m_inner->ask();
        seen.at = m_clock.wall_now();
        seen.observed = log::redact(seen.observed);
        seen.source = log::redact(seen.source);
        return seen;
    }

  private:
    std::unique_ptr<Asker> m_inner;
    time::Clock& m_clock;
};

} // namespace

std::unique_ptr<Asker> make_asker(Condition const& condition, Surroundings& surroundings) {
    auto inner = std::visit([&](auto const& spec) { return asker_of(spec, condition, surroundings); }, condition.spec);
    return std::make_unique<StampingAsker>(std::move(inner), surroundings.clock);
}

} // namespace sluice::gate_wait
