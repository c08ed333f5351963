#include "tools/smoke/probe_result.hpp"

#include "common/json/json.hpp"
#include "common/log/redact.hpp"

#include <array>

namespace sluice::smoke {

namespace {

constexpr std::array<std::string_view, 12> k_kind_names{"none",          "assertion", "unreachable",  "timed_out",
                                                        "tls",           "too_large", "redirect",     "protocol",
                                                        "configuration", "denied",    "unobservable", "interrupted"};
constexpr std::size_t k_excerpt = 512;

std::string one_line(Mismatch const& mismatch) {
    return mismatch.on + ": expected " + mismatch.expected + ", came " + mismatch.actual;
}

std::string plain(Subject const& subject, Observation const& seen, time::Wall now) {
    auto const found = look_up(seen, subject, now);
    if (!found.value || found.value->is_null()) {
        return {};
    }
    return found.value->is_string() ? found.value->get<std::string>() : json::dump(*found.value);
}

void read_versions(Check const& check, Observation const& seen, time::Wall now, ProbeResult& result) {
    if (auto const* http = std::get_if<HttpCheck>(&check.probe); http != nullptr && http->revision) {
        result.revision = log::redact(plain(*http->revision, seen, now));
    }
    if (auto const* pg = std::get_if<PgCheck>(&check.probe); pg != nullptr && pg->schema) {
        result.schema = log::redact(plain(*pg->schema, seen, now));
    }
}

} // namespace

std::string_view name_of(Verdict verdict) {
    return verdict == Verdict::pass ? "pass" : verdict == Verdict::fail ? "fail" : "unknown";
}

std::string_view name_of(Kind kind) { return k_kind_names.at(static_cast<std::size_t>(kind)); }

ProbeResult judge(Check const& check, Observation const& seen, time::Wall now) {
    ProbeResult result;
    result.status = seen.status;
    result.remote_ip = seen.remote_ip;
    result.duration = seen.duration;
    read_versions(check, seen, now, result);
    for (auto const& expectation : check.expect) {
        auto mismatch = judge(expectation, look_up(seen, expectation.on, now));
        if (mismatch) {
            mismatch->expected = log::redact(mismatch->expected);
            mismatch->actual = log::redact(mismatch->actual);
            result.mismatches.push_back(*std::move(mismatch));
        }
    }
    if (result.mismatches.empty()) {
        result.verdict = Verdict::pass;
        result.kind = Kind::none;
        return result;
    }
    result.verdict = Verdict::fail;
    result.kind = Kind::assertion;
    result.why = one_line(result.mismatches.front());
    if (result.mismatches.size() > 1) {
        result.why += " (and " + std::to_string(result.mismatches.size() - 1) + " more)";
    }
    result.excerpt = log::redact(seen.body).substr(0, k_excerpt);
    // No credentials become right by being sent again.
    result.permanent = seen.status == 401 || seen.status == 403;
    return result;
}

ProbeResult failed_probe(Verdict verdict, Kind kind, std::string const& why) {
    ProbeResult result;
    result.verdict = verdict;
    result.kind = kind;
    result.why = log::redact(why);
    result.permanent = kind == Kind::configuration || kind == Kind::tls || kind == Kind::denied;
    return result;
}

} // namespace sluice::smoke
