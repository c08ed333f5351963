#include "tools/gate-wait/doubt.hpp"

namespace sluice::gate_wait {

Observation doubt_of(Error const& error, bool worked) {
    bool const passing =
        error.kind == Errc::temporary || error.kind == Errc::timed_out || error.kind == Errc::interrupted;
    Observation seen = saw_nothing(error.message.substr(0, error.message.find('\n')), error.hint);
    seen.final = !passing && (!worked || error.kind == Errc::denied);
    return seen;
}

Observation doubt_of(ci_server::Trouble const& trouble) {
    using Kind = ci_server::Trouble::Kind;
    Observation seen = saw_nothing(trouble.why, trouble.hint);
    seen.final = trouble.kind == Kind::denied || trouble.kind == Kind::missing;
    seen.ask_again = trouble.retry_after;
    return seen;
}

std::optional<Observation> doubt_of_clock(ci_server::Api const& api, Surroundings& around) {
    auto const ahead = api.clock_ahead(around.clock.wall_now());
    around.clock_ahead = ahead ? ahead : around.clock_ahead;
    if (!ahead || (*ahead <= k_most_skew && *ahead >= -k_most_skew)) {
        return std::nullopt;
    }
    return saw_nothing("this machine's clock is " + std::to_string(ahead->count()) + " s away from " + api.url(),
                       "Set the clock: ages and windows can't be told without.");
}

} // namespace sluice::gate_wait
