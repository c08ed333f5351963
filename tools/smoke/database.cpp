#include "tools/smoke/database.hpp"

namespace sluice::smoke {

ProbeResult failed_query(Error const& error) {
    std::string const why = error.message.substr(0, error.message.find('\n'));
    switch (error.kind) {
    case Errc::denied: return failed_probe(Verdict::unknown, Kind::denied, why);
    case Errc::usage: return failed_probe(Verdict::unknown, Kind::configuration, why);
    case Errc::interrupted: return failed_probe(Verdict::unknown, Kind::interrupted, why);
    case Errc::internal: return failed_probe(Verdict::unknown, Kind::unobservable, why);
    case Errc::timed_out: return failed_probe(Verdict::fail, Kind::timed_out, why);
    case Errc::temporary: return failed_probe(Verdict::fail, Kind::unreachable, why);
    default: return failed_probe(Verdict::fail, Kind::protocol, why);
    }
}

} // namespace sluice::smoke
