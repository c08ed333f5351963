#pragma once

#include "common/time/clock.hpp"
#include "tools/smoke/database_sampler.hpp"
#include "tools/smoke/outage_watch.hpp"
#include "tools/smoke/prober.hpp"
#include "tools/smoke/timeline_file.hpp"
#include "tools/smoke/wrapped_command.hpp"

#include <memory>

namespace sluice::smoke {

/// Probes at a fixed rate before, while and after a command runs. When a probe is due depends on the clock alone and
/// never on earlier answers, so that a stall is met by as many probes as a user would have sent.
class DuringRun {
  public:
    DuringRun(Prober& prober, Timeline& timeline, TimelineFile& file, time::Clock& clock);

    /// Lanes for every check of the list; call once.
    void add_lanes(std::vector<Check const*> const& checks);

    /// Probes until every lane has been good twice. False as soon as one that counts is not: the command must then not
    /// be started. Errors: interrupted.
    [[nodiscard]] Result<bool> baseline();

    /// Starts the command and probes until it has ended and `after` has passed. A signal is forwarded to the command
    /// and ends the probing with it; when a check has been down for `abort_on_outage`, the command gets SIGTERM once.
    /// Errors: those of starting the command.
    [[nodiscard]] Result<void> run(std::vector<std::string> const& command, std::chrono::milliseconds after,
                                   std::optional<std::chrono::milliseconds> abort_on_outage);

    /// Waits for the probes that are open, asks the schema's version once more, and closes the timeline.
    void finish();

    void sample(std::unique_ptr<DatabaseSampler> sampler) { m_sampler = std::move(sampler); }
    [[nodiscard]] time::Steady origin() const { return m_origin; }
    /// The last result of each lane, for the reports.
    [[nodiscard]] std::vector<ProbeResult> const& last_bad() const { return m_last_bad; }

  private:
    void launch_due();
    void launch(std::size_t lane, Instant planned);
    void take(std::size_t index, Sample sample, ProbeResult result);
    void proceed();
    void forward_signal(WrappedCommand& command);
    void abort_when_down(WrappedCommand& command, Instant longest);
    void take_marks(WrappedCommand& command);
    void enter_phase(Instant at, std::string const& name);
    [[nodiscard]] Instant now() const;
    [[nodiscard]] Instant next_due() const;
    [[nodiscard]] bool baseline_complete() const;

    Prober& m_prober;
    Timeline& m_timeline;
    TimelineFile& m_file;
    time::Clock& m_clock;
    time::Steady m_origin;
    std::vector<std::uint32_t> m_next{}; ///< number of each lane's next probe
    std::vector<ProbeResult> m_last_bad{};
    bool m_baseline_bad = false;
    bool m_forwarded = false;
    OutageWatch m_watch{};
    std::unique_ptr<DatabaseSampler> m_sampler{};
};

} // namespace sluice::smoke
