#include "tools/smoke/during_run.hpp"

#include "common/log/log.hpp"
#include "common/process/signals.hpp"

#include <algorithm>
#include <csignal>

namespace sluice::smoke {

namespace {

constexpr std::uint32_t k_baseline_rounds = 2;
// How late a signal, a mark of the command or its end may be noticed.
constexpr std::chrono::milliseconds k_look_again{20};

bool tells_schema(Check const& check) {
    auto const* pg = std::get_if<PgCheck>(&check.probe);
    return pg != nullptr && pg->schema;
}

Instant planned_at(Lane const& lane, std::uint32_t number) {
    return lane.offset + number * Instant(lane.check->interval);
}

} // namespace

DuringRun::DuringRun(Prober& prober, Timeline& timeline, TimelineFile& file, time::Clock& clock)
    : m_prober(prober), m_timeline(timeline), m_file(file), m_clock(clock), m_origin(clock.steady_now()) {
    m_timeline.started = clock.wall_now();
}

// Spread over the interval, so that probes do not come in bursts that the server sees and no user makes.
void DuringRun::add_lanes(std::vector<Check const*> const& checks) {
    for (Check const* check : checks) {
        m_timeline.lanes.push_back(Lane{check, false, {}, {}});
        if (std::holds_alternative<HttpCheck>(check->probe)) {
            m_timeline.lanes.push_back(Lane{check, true, {}, {}});
        }
    }
    auto const count = static_cast<std::int64_t>(m_timeline.lanes.size());
    for (std::int64_t i = 0; i < count; ++i) {
        auto& lane = m_timeline.lanes[static_cast<std::size_t>(i)];
        lane.offset = Instant(lane.check->interval) * i / count;
    }
    m_next.assign(m_timeline.lanes.size(), 0);
    m_last_bad.resize(m_timeline.lanes.size());
}

Instant DuringRun::now() const { return std::chrono::duration_cast<Instant>(m_clock.steady_now() - m_origin); }

Instant DuringRun::next_due() const {
    Instant next = Instant::max();
    for (std::size_t i = 0; i < m_next.size(); ++i) {
        next = std::min(next, planned_at(m_timeline.lanes[i], m_next[i]));
    }
    return next;
}

void DuringRun::launch(std::size_t lane, Instant planned) {
    Sample sample;
    sample.planned = planned;
    sample.started = now();
    sample.number = m_next[lane];
    auto const connection = m_timeline.lanes[lane].kept ? http::Connection::pooled : http::Connection::own;
    m_prober.start(*m_timeline.lanes[lane].check, connection,
                   [this, lane, sample](ProbeResult result) { take(lane, sample, std::move(result)); });
}

void DuringRun::launch_due() {
    Instant const at = now();
    for (std::size_t i = 0; i < m_next.size(); ++i) {
        for (Instant due = planned_at(m_timeline.lanes[i], m_next[i]); due <= at;
             due = planned_at(m_timeline.lanes[i], m_next[i])) {
            launch(i, due);
            ++m_next[i];
        }
    }
}

void DuringRun::take(std::size_t index, Sample sample, ProbeResult result) {
    // Nobody was asked: our own stop ended the probe.
    if (result.kind == Kind::interrupted) {
        return;
    }
    Lane& lane = m_timeline.lanes[index];
    sample.ended = now();
    sample.verdict = result.verdict;
    sample.kind = result.kind;
    sample.revision = m_timeline.texts.number_of(result.revision);
    sample.why = m_timeline.texts.number_of(result.why);
    lane.samples.push_back(sample);
    if (!result.schema.empty()) {
        m_timeline.schema.push_back({sample.started, sample.ended, result.schema});
    }
    m_file.probe(m_timeline, lane, sample, result);
    if (!lane.check->warn_only) {
        m_watch.note(index, sample.planned, result.verdict == Verdict::pass);
    }
    if (result.verdict != Verdict::pass) {
        m_baseline_bad = m_baseline_bad || !lane.check->warn_only;
        m_last_bad[index] = std::move(result);
    }
}

void DuringRun::proceed() {
    launch_due();
    auto const wait = std::chrono::ceil<std::chrono::milliseconds>(next_due() - now());
    m_prober.proceed(std::clamp(wait, std::chrono::milliseconds{0}, k_look_again));
    if (m_sampler) {
        for (auto& reading : m_sampler->take()) {
            m_file.database(m_timeline, reading);
            m_timeline.database.push_back(reading);
        }
    }
}

void DuringRun::enter_phase(Instant at, std::string const& name) {
    m_timeline.phases.push_back({at, name});
    m_file.event(m_timeline, "phase", at, name);
    log::info("phase", {{"name", name}});
}

bool DuringRun::baseline_complete() const {
    return std::all_of(m_timeline.lanes.begin(), m_timeline.lanes.end(),
                       [](Lane const& lane) { return lane.samples.size() >= k_baseline_rounds; });
}

Result<bool> DuringRun::baseline() {
    enter_phase(Instant{0}, "baseline");
    while (!m_baseline_bad && !baseline_complete()) {
        TRY(process::check_not_stopped());
        proceed();
    }
    return !m_baseline_bad;
}

void DuringRun::take_marks(WrappedCommand& command) {
    for (auto const& mark : command.take_marks()) {
        enter_phase(std::chrono::duration_cast<Instant>(mark.at - m_origin), mark.name);
    }
}

void DuringRun::forward_signal(WrappedCommand& command) {
    int const signal = process::stop_signal();
    if (signal == 0 || m_forwarded) {
        return;
    }
    m_forwarded = true;
    log::warning("signal passed on to the command, waiting for its end", {{"signal", std::to_string(signal)}});
    m_file.event(m_timeline, "signal", now(), std::to_string(signal));
    command.signal(signal);
}

void DuringRun::abort_when_down(WrappedCommand& command, Instant longest) {
    auto const since = m_watch.down_since();
    if (m_timeline.aborted || !since || now() - *since < longest) {
        return;
    }
    m_timeline.aborted = now();
    log::warning("a check is down for too long, SIGTERM to the command, waiting for its end");
    m_file.event(m_timeline, "aborted", now(), "");
    command.signal(SIGTERM);
}

Result<void> DuringRun::run(std::vector<std::string> const& command, std::chrono::milliseconds after,
                            std::optional<std::chrono::milliseconds> abort_on_outage) {
    Instant const begin = now();
    TRY_ASSIGN(auto const running, WrappedCommand::start(command));
    m_timeline.command_began = begin;
    enter_phase(begin, "command");
    while (!running->exit_code()) {
        forward_signal(*running);
        if (abort_on_outage) {
            abort_when_down(*running, *abort_on_outage);
        }
        proceed();
        take_marks(*running);
    }
    m_timeline.command_exit = running->exit_code();
    m_timeline.command_ended = std::chrono::duration_cast<Instant>(running->ended() - m_origin);
    m_file.event(m_timeline, "command ended", *m_timeline.command_ended, std::to_string(*running->exit_code()));
    enter_phase(*m_timeline.command_ended, "after");
    while (process::stop_signal() == 0 && now() < *m_timeline.command_ended + after) {
        proceed();
    }
    return {};
}

void DuringRun::finish() {
    m_timeline.ended = now();
    while (m_prober.open() > 0) {
        m_prober.proceed(k_look_again);
    }
    for (std::size_t i = 0; i < m_timeline.lanes.size(); ++i) {
        if (tells_schema(*m_timeline.lanes[i].check)) {
            launch(i, now());
        }
    }
    while (m_prober.open() > 0) {
        m_prober.proceed(k_look_again);
    }
    m_sampler.reset();
    for (auto const& lane : m_timeline.lanes) {
        for (auto const& sample : lane.samples) {
            m_timeline.ended = std::max(m_timeline.ended, sample.ended);
        }
    }
    m_file.event(m_timeline, "end", m_timeline.ended, "");
}

} // namespace sluice::smoke
