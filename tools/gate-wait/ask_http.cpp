#include "common/json/json.hpp"
#include "tools/gate-wait/doubt.hpp"

#include <algorithm>

namespace sluice::gate_wait {

namespace {

// Answers by which a gate says "not now". Source: Flagger's "confirm" webhooks (403 halts); RFC 4918 (423 Locked).
bool is_halt(int status) { return status == 403 || status == 423; }

Observation judge_body(HttpCondition const& spec, http::Exchange const& answer) {
    auto const body = json::parse(answer.body, "the answer");
    if (!body) {
        return saw_nothing("the answer is no JSON");
    }
    Json const* value = &*body;
    for (std::size_t at = 0; at < spec.pointer.size();) {
        std::size_t const end = std::min(spec.pointer.find('/', at + 1), spec.pointer.size());
        std::string key = spec.pointer.substr(at + 1, end - at - 1);
        for (auto const& [escape, character] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
            for (std::size_t place = key.find(escape); place != std::string::npos;
                 place = key.find(escape, place + 1)) {
                key.replace(place, 2, character);
            }
        }
        bool const is_index = !key.empty() && key.size() < 10 &&
                              std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (value->is_object() && value->contains(key)) {
            value = &(*value)[key];
        } else if (value->is_array() && is_index && std::stoul(key) < value->size()) {
            value = &(*value)[std::stoul(key)];
        } else {
            return saw_nothing("the answer has no '" + spec.pointer + "'");
        }
        at = end;
    }
    std::string const what = "'" + spec.pointer + "' is " + json::dump(*value).substr(0, 200);
    return *value == *spec.equals ? saw_open(what)
                                  : saw_closed(what + ", not " + json::dump(*spec.equals).substr(0, 200));
}

Observation judge(HttpCondition const& spec, http::Exchange const& answer) {
    if (answer.failure != http::Failure::none) {
        auto seen = saw_nothing(answer.why);
        seen.final = answer.failure == http::Failure::configuration || answer.failure == http::Failure::tls;
        return seen;
    }
    std::string const what = "status " + std::to_string(answer.status);
    if (answer.status == 401) {
        return for_good(saw_nothing(what, R"(The credentials are refused: correct "headers".)"));
    }
    if (is_halt(answer.status)) {
        return saw_closed(what);
    }
    if (answer.status < 200 || answer.status > 299) {
        return saw_nothing(what + " is neither yes (2xx) nor not now (403, 423)");
    }
    return spec.equals ? judge_body(spec, answer) : saw_open(what);
}

} // namespace

std::unique_ptr<Asker> asker_of(HttpCondition const& spec, Condition const&, Surroundings& around) {
    return asking([spec, &around] {
        constexpr Milliseconds look_again{100};
        // Shared, since a stop leaves the exchange to the client, which ends it later.
        auto const answer = std::make_shared<std::optional<http::Exchange>>();
        around.http.start(spec.request, [answer](http::Exchange done) { *answer = std::move(done); });
        while (!*answer && !around.stopped()) {
            around.http.proceed(look_again);
        }
        Observation seen = *answer ? judge(spec, **answer) : saw_nothing("stopped while asking");
        seen.source = spec.request.url;
        return seen;
    });
}

} // namespace sluice::gate_wait
