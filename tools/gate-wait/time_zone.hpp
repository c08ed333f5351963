#pragma once

#include "common/ci/environment.hpp"
#include "common/result/result.hpp"
#include "tools/gate-wait/posix_zone.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::gate_wait {

using Instant = std::chrono::sys_seconds;
using LocalTime = std::chrono::local_seconds;

/// The instants that a wall clock's reading can mean: the same one twice, but for readings that come twice (both), and
/// for those that never come (as if the clock had been changed later, and earlier; RFC 5545 knows only the first).
struct Instants {
    Instant earliest;
    Instant latest;
};

/// The rules of one place, as the machine's zone database has them. Read by ourselves, since the C library takes an
/// unknown zone for UTC without a word, and libstdc++ has no database before version 14.
class TimeZone {
  public:
    /// By its IANA name, from TZDIR or /usr/share/zoneinfo. Errors: unknown when it is not there or damaged, with "did
    /// you mean"; usage for what cannot be a name.
    [[nodiscard]] static Result<std::shared_ptr<TimeZone const>> load(std::string const& name,
                                                                      ci::Environment const& environment);
    /// The contents of a TZif file of version 2 or later. Errors: unknown. Source: RFC 8536.
    [[nodiscard]] static Result<TimeZone> parse(std::string_view bytes, std::string name);

    [[nodiscard]] std::string const& name() const { return m_name; }
    /// What local clocks are ahead of UTC.
    [[nodiscard]] std::chrono::seconds offset_at(Instant when) const;
    [[nodiscard]] LocalTime local(Instant when) const;
    [[nodiscard]] Instants instants_of(LocalTime reading) const;

  private:
    struct Transition {
        Instant at;
        std::chrono::seconds offset; ///< from then on
    };
    std::string m_name{};
    std::chrono::seconds m_first_offset{};
    std::vector<Transition> m_transitions{};
    std::optional<PosixZone> m_after{}; ///< beyond the last transition
};

} // namespace sluice::gate_wait
