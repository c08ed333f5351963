#include "tools/smoke/matrix.hpp"

#include <algorithm>

namespace sluice::smoke {

namespace {

bool tells_revision(Lane const& lane) {
    auto const* http = std::get_if<HttpCheck>(&lane.check->probe);
    return http != nullptr && http->revision.has_value();
}

bool is_baseline(Timeline const& timeline, Instant when) {
    return !timeline.command_began || when < *timeline.command_began;
}

void collect_ages(Timeline const& timeline, Matrix& matrix) {
    for (auto const& lane : timeline.lanes) {
        for (auto const& sample : lane.samples) {
            std::string const& revision = timeline.texts.text(sample.revision);
            if (!revision.empty() && is_baseline(timeline, sample.ended)) {
                matrix.old_revisions.insert(revision);
            }
        }
    }
    for (auto const& reading : timeline.schema) {
        if (is_baseline(timeline, reading.ended)) {
            matrix.old_schemas.insert(reading.version);
        }
    }
}

void collect_new(Timeline const& timeline, Matrix& matrix) {
    for (auto const& lane : timeline.lanes) {
        for (auto const& sample : lane.samples) {
            std::string const& revision = timeline.texts.text(sample.revision);
            if (!revision.empty() && !matrix.old_revisions.contains(revision)) {
                matrix.new_revisions.insert(revision);
            }
        }
    }
    for (auto const& reading : timeline.schema) {
        if (!matrix.old_schemas.contains(reading.version)) {
            matrix.new_schemas.insert(reading.version);
        }
    }
}

} // namespace

std::string cell_name(Age code, Age schema) {
    return std::string(code == Age::old_one ? "old" : "new") + " code x " + (schema == Age::old_one ? "old" : "new") +
           " schema";
}

std::optional<std::string> schema_between(std::vector<SchemaReading> const& readings, Instant from, Instant to) {
    auto const behind = std::upper_bound(readings.begin(), readings.end(), from,
                                         [](Instant at, SchemaReading const& one) { return at < one.ended; });
    auto after = std::lower_bound(behind, readings.end(), to,
                                  [](SchemaReading const& one, Instant at) { return one.ended < at; });
    while (after != readings.end() && after->started < to) {
        ++after;
    }
    if (behind == readings.begin() || after == readings.end() || std::prev(behind)->version != after->version) {
        return std::nullopt;
    }
    return after->version;
}

std::optional<std::pair<Age, Age>> cell_of(Timeline const& timeline, Matrix const& matrix, Sample const& sample) {
    std::string const& revision = timeline.texts.text(sample.revision);
    auto const schema = schema_between(timeline.schema, sample.started, sample.ended);
    if (revision.empty() || !schema) {
        return std::nullopt;
    }
    return std::pair{matrix.old_revisions.contains(revision) ? Age::old_one : Age::new_one,
                     matrix.old_schemas.contains(*schema) ? Age::old_one : Age::new_one};
}

Matrix make_matrix(Timeline const& timeline) {
    Matrix matrix;
    collect_ages(timeline, matrix);
    collect_new(timeline, matrix);
    for (auto const& lane : timeline.lanes) {
        if (!tells_revision(lane)) {
            continue;
        }
        for (auto const& sample : lane.samples) {
            auto const place = cell_of(timeline, matrix, sample);
            Cell& cell = place ? matrix.cells.at(static_cast<std::size_t>(place->first))
                                     .at(static_cast<std::size_t>(place->second))
                               : matrix.unattributed;
            ++cell.probes;
            cell.failed += sample.verdict == Verdict::pass ? 0 : 1;
        }
    }
    return matrix;
}

} // namespace sluice::smoke
