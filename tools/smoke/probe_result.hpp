#pragma once

#include "tools/smoke/check.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::smoke {

enum class Verdict {
    pass,
    fail,   ///< looked, and the answer is no
    unknown ///< could not look: a missing right, a missing program. Never counts as pass
};

enum class Kind {
    none,
    assertion,
    unreachable,
    timed_out,
    tls,
    too_large,
    redirect,
    protocol,
    configuration,
    denied,
    unobservable,
    interrupted
};

[[nodiscard]] std::string_view name_of(Verdict verdict);
[[nodiscard]] std::string_view name_of(Kind kind);

/// What a probe saw; which fields hold something depends on the check's type.
struct Observation {
    int status = 0;
    http::Headers headers{};
    std::string body{}; ///< of http; stdout of exec
    std::string remote_ip{};
    std::string http_version{};
    unsigned redirects = 0;
    std::optional<time::Wall> certificate_expires{};
    std::shared_ptr<Json const> rows{}; ///< of pg: rows of [name, value] pairs
    int exit_code = 0;
    std::string error_output{};
    std::chrono::microseconds duration{};
};

/// What became of one probe of one check.
struct ProbeResult {
    Verdict verdict = Verdict::unknown;
    Kind kind = Kind::unobservable;
    std::string why{}; ///< one line, redacted; empty for a pass
    std::vector<Mismatch> mismatches{};
    int status = 0; ///< of http; 0 for none
    std::string remote_ip{};
    std::string revision{}; ///< what the answer says of its code; empty: nothing
    std::string schema{};   ///< what the database says of its schema; empty: nothing
    std::string excerpt{};  ///< the beginning of a body that was not as expected, redacted
    std::chrono::microseconds duration{};
    bool permanent = false; ///< trying again cannot help: configuration, trust, refused credentials
};

/// The value of a subject, or why there is none. `now` is for what is counted from today.
[[nodiscard]] Found look_up(Observation const& seen, Subject const& subject, time::Wall now);

/// Holds every assertion of the check against what was seen. Pure, but for redaction.
[[nodiscard]] ProbeResult judge(Check const& check, Observation const& seen, time::Wall now);

/// A probe that saw nothing to judge.
[[nodiscard]] ProbeResult failed_probe(Verdict verdict, Kind kind, std::string const& why);

} // namespace sluice::smoke
