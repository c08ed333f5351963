#include "tools/smoke/probes.hpp"

namespace sluice::smoke {

namespace {

Kind kind_of(http::Failure failure) {
    switch (failure) {
    case http::Failure::configuration: return Kind::configuration;
    case http::Failure::unreachable: return Kind::unreachable;
    case http::Failure::tls: return Kind::tls;
    case http::Failure::timed_out: return Kind::timed_out;
    case http::Failure::too_large: return Kind::too_large;
    case http::Failure::redirect: return Kind::redirect;
    case http::Failure::protocol:
    case http::Failure::none: break;
    }
    return Kind::protocol;
}

} // namespace

ProbeResult judge_exchange(Check const& check, http::Exchange const& exchange, time::Wall now) {
    Observation const seen{.status = exchange.status,
                           .headers = exchange.headers,
                           .body = exchange.body,
                           .remote_ip = exchange.remote_ip,
                           .http_version = exchange.version,
                           .redirects = exchange.redirects,
                           .certificate_expires = exchange.certificate_expires,
                           .duration = exchange.timings.total};
    if (exchange.failure == http::Failure::none) {
        return judge(check, seen, now);
    }
    Kind const kind = kind_of(exchange.failure);
    auto result = failed_probe(kind == Kind::configuration ? Verdict::unknown : Verdict::fail, kind, exchange.why);
    result.status = exchange.status;
    result.remote_ip = exchange.remote_ip;
    result.duration = exchange.timings.total;
    return result;
}

} // namespace sluice::smoke
