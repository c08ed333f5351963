#pragma once

#include "common/http/client.hpp"
#include "common/process/runner.hpp"
#include "tools/smoke/probe_result.hpp"
#include "tools/smoke/workers.hpp"

#include <functional>
#include <memory>

namespace sluice::smoke {

/// Starts probes and hands out their results, all on one thread: http on the client's connections, the other types on
/// worker threads, since their libraries block.
class Prober {
  public:
    using Done = std::function<void(ProbeResult)>;

    /// `limit` is for http exchanges. Errors: internal.
    [[nodiscard]] static Result<std::unique_ptr<Prober>> create(process::Runner& runner, http::OpenLimit limit);

    /// Begins and returns at once. `connection` matters to http only. The check must outlive the probe.
    void start(Check const& check, http::Connection connection, Done done);
    /// Delivers what has ended; waits for at most that long when nothing has.
    void proceed(std::chrono::milliseconds at_most);
    [[nodiscard]] std::size_t open() const { return m_client->open() + m_workers.open(); }

  private:
    Prober(std::unique_ptr<http::Client> client, process::Runner& runner);

    std::unique_ptr<http::Client> m_client;
    process::Runner& m_runner;
    Workers m_workers;
};

} // namespace sluice::smoke
