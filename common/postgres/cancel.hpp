#pragma once

#include "common/postgres/connection.hpp"

#include <cstdint>

namespace sluice::postgres {

/// While it lives, a stop asked for by signal cancels what the named backend runs. libpq waits through signals, so
/// without this a long CREATE INDEX or a lock wait would outlive Ctrl-C. One thread of the process serves all.
class CancelOnStop {
  public:
    CancelOnStop(ConnectionParameters const& parameters, int backend_pid);
    ~CancelOnStop();
    CancelOnStop(CancelOnStop const&) = delete;
    CancelOnStop& operator=(CancelOnStop const&) = delete;

  private:
    std::uint64_t m_id;
};

/// While one lives, a stop cancels nothing: for the tidying up that a stop calls for. Statements that were cancelled
/// before are not run again.
class WithoutCancel {
  public:
    WithoutCancel();
    ~WithoutCancel();
    WithoutCancel(WithoutCancel const&) = delete;
    WithoutCancel& operator=(WithoutCancel const&) = delete;
};

} // namespace sluice::postgres
