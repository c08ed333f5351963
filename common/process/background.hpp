#pragma once

#include "common/result/result.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sluice::process {

/// The foreground's way out, once it has handed its work over or the work has failed.
struct Foreground {
    std::string message{}; ///< what `Background::detach` was given; empty when the child ended before
    int exit_code = 0;     ///< of the child in that case, 128+n after signal n
};

/// A process that goes on when its caller's job ends: in a session of its own, with nothing left of the caller's
/// streams.
class Background {
  public:
    /// Forks. In the parent waits until the child detaches or ends, hands a stop signal on to it, and gives back what
    /// to end with. In the child, which has a new session and still the parent's stdout and stderr, gives back nothing.
    /// To be called before any thread starts. Errors: temporary when there can be no process.
    [[nodiscard]] static Result<std::optional<Foreground>> start();

    /// In the child: lets the foreground end with `message`, then writes stdout and stderr to the file, which must not
    /// exist yet and is made for this user alone. Errors: denied, not_found, temporary when the file can't be made; the
    /// foreground still waits then.
    [[nodiscard]] static Result<void> detach(std::string const& message, std::string const& log_path);
};

} // namespace sluice::process
