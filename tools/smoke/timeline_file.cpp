#include "tools/smoke/timeline_file.hpp"

#include "common/json/json.hpp"
#include "common/log/redact.hpp"
#include "common/time/timestamp.hpp"

#include <cerrno>
#include <cstring>

namespace sluice::smoke {

namespace {

double milliseconds(Instant when) { return static_cast<double>(when.count()) / 1000.0; }

Json base(Timeline const& timeline, std::string const& kind, Instant when) {
    return {{"kind", kind}, {"t", time::timestamp_text(timeline.wall(when))}, {"mono_ms", milliseconds(when)}};
}

template <class T> Json or_null(std::optional<T> const& value) { return value ? Json(*value) : Json(); }

} // namespace

Result<TimelineFile> TimelineFile::create(std::string const& path, Timeline const& timeline) {
    if (path.empty()) {
        return TimelineFile(path, File(nullptr, &std::fclose));
    }
    File file(std::fopen(path.c_str(), "we"), &std::fclose);
    if (!file) {
        return fail(Errc::not_found, "cannot write '" + path + "': " + std::strerror(errno),
                    "Name a file in a folder that exists and may be written.");
    }
    TimelineFile lines(path, std::move(file));
    Json first = base(timeline, "start", Instant{0});
    first["version"] = 1;
    lines.write(first);
    TRY(lines.check());
    return lines;
}

void TimelineFile::write(Json const& line) {
    if (!m_file || !m_problem.empty()) {
        return;
    }
    std::string const text = log::redact(json::dump(line)) + "\n";
    if (std::fwrite(text.data(), 1, text.size(), m_file.get()) != text.size() || std::fflush(m_file.get()) != 0) {
        m_problem = std::strerror(errno);
    }
}

void TimelineFile::probe(Timeline const& timeline, Lane const& lane, Sample const& sample, ProbeResult const& result) {
    if (!m_file) {
        return;
    }
    Json line = base(timeline, "probe", sample.planned);
    line["check"] = lane.check->id;
    line["lane"] = lane.kept ? "kept" : "own";
    line["n"] = sample.number;
    line["ok"] = sample.verdict == Verdict::pass;
    line["verdict"] = name_of(sample.verdict);
    line["reason"] = name_of(sample.kind);
    line["status"] = result.status;
    line["rev"] = result.revision;
    line["schema"] = timeline.schema.empty() ? std::string{} : timeline.schema.back().version;
    line["phase"] = timeline.phase_at(sample.planned);
    line["late_ms"] = milliseconds(sample.started - sample.planned);
    line["ms"] = milliseconds(sample.ended - sample.planned);
    line["ip"] = result.remote_ip;
    line["why"] = result.why;
    write(line);
}

void TimelineFile::event(Timeline const& timeline, std::string const& what, Instant when, std::string const& detail) {
    if (m_file) {
        Json line = base(timeline, what, when);
        line["detail"] = detail;
        write(line);
    }
}

void TimelineFile::database(Timeline const& timeline, DatabaseReading const& reading) {
    if (!m_file) {
        return;
    }
    Json line = base(timeline, "database", reading.at);
    line["locks_held"] = or_null(reading.locks_held);
    line["exclusive_locks"] = or_null(reading.exclusive_locks);
    line["locks_awaited"] = or_null(reading.locks_awaited);
    line["longest_blocked_seconds"] = or_null(reading.longest_blocked_seconds);
    line["replication_lag_bytes"] = or_null(reading.replication_lag_bytes);
    line["written_bytes"] = or_null(reading.written_bytes);
    line["free_bytes"] = or_null(reading.free_bytes);
    write(line);
}

Result<void> TimelineFile::check() const {
    return m_problem.empty() ? Result<void>{} : fail(Errc::not_found, "cannot write '" + m_path + "': " + m_problem);
}

} // namespace sluice::smoke
