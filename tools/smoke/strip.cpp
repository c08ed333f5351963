#include "common/time/duration_text.hpp"
#include "tools/smoke/during_report.hpp"

#include <algorithm>

namespace sluice::smoke {

namespace {

constexpr std::size_t k_width = 60;

std::string length_text(Instant length) {
    return time::duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(length));
}

// One character for each sixtieth of the time: x where a probe failed, ? where one could not look.
std::string cells_of(Lane const& lane, Instant end) {
    std::string cells(k_width, ' ');
    for (auto const& sample : lane.samples) {
        auto const share =
            static_cast<double>(sample.planned.count()) / static_cast<double>(std::max<std::int64_t>(1, end.count()));
        char& cell = cells[std::min(static_cast<std::size_t>(share * k_width), k_width - 1)];
        char const mark = sample.verdict == Verdict::pass ? '.' : sample.verdict == Verdict::fail ? 'x' : '?';
        cell = cell == 'x' || (cell == '?' && mark == '.') ? cell : mark;
    }
    // Probes may be further apart than a character is wide; between two of them nothing is known to have changed.
    for (std::size_t i = cells.find_first_not_of(' '); i != std::string::npos && i + 1 < k_width; ++i) {
        cells[i + 1] = cells[i + 1] == ' ' ? cells[i] : cells[i + 1];
    }
    return cells;
}

std::string lane_line(Timeline const& timeline, DuringFindings const& findings, std::size_t index, std::size_t width) {
    Lane const& lane = timeline.lanes[index];
    LaneSummary const& summary = findings.lanes[index];
    std::size_t const bad = summary.failed + summary.unknown;
    std::string name = lane.name();
    name.resize(std::max(name.size(), width), ' ');
    std::string line = name + " |" + cells_of(lane, timeline.ended) + "|  " +
                       (findings.budgets[index].kept ? "ok "
                        : lane.check->warn_only      ? "WARN "
                                                     : "FAIL ") +
                       std::to_string(summary.probes - bad) + "/" + std::to_string(summary.probes) + " good, p95 " +
                       length_text(summary.p95);
    if (summary.longest_outage) {
        line += ", outage " + outage_text(timeline, findings.matrix, lane, *summary.longest_outage);
    }
    return line + ", longest gap " + length_text(summary.longest_gap.length()) + "\n";
}

std::string phases_line(Timeline const& timeline, std::size_t width) {
    std::string text = "phases";
    text.resize(std::max(text.size(), width), ' ');
    for (std::size_t i = 0; i < timeline.phases.size(); ++i) {
        Instant const end = i + 1 < timeline.phases.size() ? timeline.phases[i + 1].at : timeline.ended;
        text += (i == 0 ? " " : " | ") + timeline.phases[i].name + " " + length_text(end - timeline.phases[i].at);
    }
    return text + "\n";
}

std::string matrix_lines(Matrix const& matrix) {
    std::string text;
    for (Age const code : {Age::old_one, Age::new_one}) {
        for (Age const schema : {Age::old_one, Age::new_one}) {
            Cell const& cell = matrix.at(code, schema);
            text += "  " + cell_name(code, schema) + ": " + std::string(cell.verdict());
            text += cell.probes == 0 ? "\n"
                                     : ", " + std::to_string(cell.probes - cell.failed) + "/" +
                                           std::to_string(cell.probes) + " good\n";
        }
    }
    return text;
}

} // namespace

std::string strip_text(Timeline const& timeline, DuringFindings const& findings) {
    std::size_t width = 6;
    for (auto const& lane : timeline.lanes) {
        width = std::max(width, lane.name().size());
    }
    std::string text;
    for (std::size_t i = 0; i < timeline.lanes.size(); ++i) {
        text += lane_line(timeline, findings, i, width);
    }
    return text + phases_line(timeline, width) + matrix_lines(findings.matrix);
}

} // namespace sluice::smoke
