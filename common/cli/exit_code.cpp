#include "common/cli/exit_code.hpp"

namespace sluice::cli {

namespace {

ExitCode exit_code_of(Errc kind) {
    switch (kind) {
    case Errc::usage: return ExitCode::usage;
    case Errc::bad_data: return ExitCode::bad_data;
    case Errc::denied: return ExitCode::denied;
    case Errc::not_found: return ExitCode::not_found;
    case Errc::refused: return ExitCode::refused;
    case Errc::unknown: return ExitCode::unknown;
    case Errc::temporary: return ExitCode::temporary;
    case Errc::timed_out: return ExitCode::timed_out;
    case Errc::interrupted:
    case Errc::internal: break;
    }
    return ExitCode::internal;
}

} // namespace

int exit_status_of(Errc kind, int signal) {
    return kind == Errc::interrupted ? 128 + signal : static_cast<int>(exit_code_of(kind));
}

} // namespace sluice::cli
