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

} // namespace sluice::postgres
