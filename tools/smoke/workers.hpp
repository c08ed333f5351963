#pragma once

#include "tools/smoke/probe_result.hpp"

#include <functional>
#include <memory>

namespace sluice::smoke {

/// A few threads for probes that block. Work is given and results are taken by one thread. A probe that overstays its
/// limit is reported as timed out and its thread is left to itself, so that a server that hangs cannot hang us.
class Workers {
  public:
    using Work = std::function<ProbeResult()>;
    using Done = std::function<void(ProbeResult)>;

    /// `wake` is called by the threads whenever a result is there.
    explicit Workers(std::function<void()> wake);
    ~Workers();
    Workers(Workers const&) = delete;
    Workers& operator=(Workers const&) = delete;

    void start(Work work, std::chrono::milliseconds limit, Done done);
    /// Calls `done` for what has ended or overstayed; the number of those.
    std::size_t deliver();
    [[nodiscard]] std::size_t open() const;

  private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

} // namespace sluice::smoke
