#pragma once

#include "common/result/error.hpp"

namespace sluice::cli {

/// The one table of exit codes (DESIGN section 4); every man page repeats it. `interrupted` is 128 plus the signal.
enum class ExitCode : int {
    ok = 0,
    no = 1,
    usage = 2,
    unknown = 3,
    refused = 4,
    own_no = 10, ///< a tool's own kind of no: db-restore-or-init: nothing to restore and the policy says stop
    bad_data = 65,
    not_found = 69,
    internal = 70,
    temporary = 75,
    denied = 77,
    timed_out = 124,
};

/// `signal` is the one that stopped us, for `Errc::interrupted`.
[[nodiscard]] int exit_status_of(Errc kind, int signal);

} // namespace sluice::cli
