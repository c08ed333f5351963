#pragma once

#include "common/json/forward.hpp"
#include "tools/smoke/timeline.hpp"

#include <cstdio>
#include <memory>

namespace sluice::smoke {

/// The timeline as JSON lines, each there as soon as it is known: a run that is killed leaves all that it saw.
class TimelineFile {
  public:
    /// An empty path writes nowhere. Errors: not_found.
    [[nodiscard]] static Result<TimelineFile> create(std::string const& path, Timeline const& timeline);

    void probe(Timeline const& timeline, Lane const& lane, Sample const& sample, ProbeResult const& result);
    void event(Timeline const& timeline, std::string const& what, Instant when, std::string const& detail);
    void database(Timeline const& timeline, DatabaseReading const& reading);

    /// Whether every line so far was written. Errors: not_found.
    [[nodiscard]] Result<void> check() const;

  private:
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    explicit TimelineFile(std::string path, File file) : m_path(std::move(path)), m_file(std::move(file)) {}
    void write(Json const& line);

    std::string m_path;
    File m_file;
    std::string m_problem{};
};

} // namespace sluice::smoke
