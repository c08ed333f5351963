#include "tools/smoke/page_chart.hpp"

#include "common/log/progress.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/smoke/markup.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::smoke {

namespace {

// Units of the drawing from left to right; the browser stretches it to whatever width there is.
constexpr double k_width = 1000;
// More marks than this in a row are thinner than a pixel, and make the page heavy.
constexpr std::size_t k_most_marks = 500;

double share(Timeline const& timeline, Instant when) {
    auto const whole = static_cast<double>(std::max<std::int64_t>(1, timeline.ended.count()));
    return std::clamp(static_cast<double>(when.count()) / whole, 0.0, 1.0);
}

std::string number(double value) { return seconds_text(value, 2); }
std::string x_of(Timeline const& timeline, Instant when) { return number(share(timeline, when) * k_width); }
std::string percent(double part) { return seconds_text(part * 100, 3) + "%"; }

std::string length_text(Instant length) {
    return time::duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(length));
}

std::string row(std::string const& label, std::string const& detail, std::string const& plot) {
    return "<div class=row><div class=label>" + label + (detail.empty() ? "" : "<small>" + detail + "</small>") +
           "</div><div class=plot>" + plot + "</div></div>\n";
}

std::string svg(double height, std::string const& inside) {
    return "<svg viewBox='0 0 1000 " + number(height) + "' preserveAspectRatio='none' style='height:" + number(height) +
           "px' role=img>" + inside + "</svg>";
}

std::string rectangle(double x, double width, double y, double height, std::string const& colour,
                      std::string const& title) {
    return "<rect x='" + number(x) + "' width='" + number(width) + "' y='" + number(y) + "' height='" + number(height) +
           "' fill='var(--" + colour + ")'>" + (title.empty() ? "" : "<title>" + escaped_markup(title) + "</title>") +
           "</rect>";
}

struct Band {
    Instant from{};
    Instant to{};
    std::string text{};
    std::string look{};
};

std::string bands(Timeline const& timeline, std::vector<Band> const& list) {
    std::string html = "<div class=bands>";
    for (auto const& band : list) {
        double const left = share(timeline, band.from);
        std::string const text = escaped_markup(band.text);
        html += "<div class='band " + band.look + "' style='left:" + percent(left) +
                ";width:" + percent(share(timeline, band.to) - left) + "' title='" + text + ", " +
                length_text(band.to - band.from) + "'>" + text + "</div>";
    }
    return html + "</div>";
}

std::string axis(Timeline const& timeline) {
    constexpr int parts = 6;
    std::string html = "<div class=axis>";
    for (int i = 0; i <= parts; ++i) {
        Instant const when = timeline.ended * i / parts;
        html += std::string("<span") + (i % 3 == 0 ? "" : " class=minor") +
                " style='left:" + percent(static_cast<double>(i) / parts) + "'>" +
                time::timestamp_text(timeline.wall(when)).substr(11, 10) + "</span>";
    }
    return html + "</div>";
}

std::vector<Band> phase_bands(Timeline const& timeline) {
    std::vector<Band> list;
    for (std::size_t i = 0; i < timeline.phases.size(); ++i) {
        Instant const end = i + 1 < timeline.phases.size() ? timeline.phases[i + 1].at : timeline.ended;
        list.push_back({timeline.phases[i].at, end, timeline.phases[i].name, i % 2 == 0 ? "p0" : "p1"});
    }
    return list;
}

// From one reading to the next of another version.
std::vector<Band> schema_bands(Timeline const& timeline, Matrix const& matrix) {
    std::vector<Band> list;
    for (auto const& reading : timeline.schema) {
        if (list.empty() || list.back().text != reading.version) {
            if (!list.empty()) {
                list.back().to = reading.started;
            }
            bool const old = matrix.old_schemas.contains(reading.version);
            Instant const from = list.empty() ? Instant{0} : reading.started;
            list.push_back({from, timeline.ended, reading.version, old ? "old" : "new"});
        }
    }
    return list;
}

// A rolling deployment answers with both for a while, hence a line for each.
std::string code_row(Timeline const& timeline, Matrix const& matrix) {
    constexpr double height = 22;
    std::array<std::array<bool, k_most_marks>, 2> seen{};
    for (auto const& lane : timeline.lanes) {
        for (auto const& sample : lane.samples) {
            std::string const& revision = timeline.texts.text(sample.revision);
            if (!revision.empty()) {
                auto const bucket = std::min(static_cast<std::size_t>(share(timeline, sample.planned) * k_most_marks),
                                             k_most_marks - 1);
                seen.at(matrix.old_revisions.contains(revision) ? 0 : 1).at(bucket) = true;
            }
        }
    }
    std::string marks;
    double const width = k_width / k_most_marks;
    // Probes lie several marks apart; a pause no longer than a few of them is no change of code.
    auto const filled = static_cast<std::size_t>(std::count(seen[0].begin(), seen[0].end(), true) +
                                                 std::count(seen[1].begin(), seen[1].end(), true));
    std::size_t const joined = 4 * k_most_marks / std::max<std::size_t>(1, filled);
    for (std::size_t age = 0; age < 2; ++age) {
        for (std::size_t i = 0; i < k_most_marks; ++i) {
            if (!seen.at(age).at(i)) {
                continue;
            }
            std::size_t const first = i;
            for (std::size_t next = i + 1; next < k_most_marks && next - i <= joined; ++next) {
                i = seen.at(age).at(next) ? next : i;
            }
            marks += rectangle(static_cast<double>(first) * width, static_cast<double>(i - first + 1) * width,
                               age == 0 ? 0 : height / 2, height / 2 - 1, age == 0 ? "old" : "new", "");
        }
    }
    return svg(height, marks);
}

// Exactly as long as it was, however thick the marks of the good answers are.
std::string outage_marks(Timeline const& timeline, Lane const& lane, LaneSummary const& summary, double height) {
    constexpr double thinnest = 2;
    std::string marks;
    for (auto const& outage : summary.outages) {
        Sample const& first = lane.samples[outage.first];
        double const left = share(timeline, outage.from) * k_width;
        double const width = std::max(thinnest, share(timeline, outage.to) * k_width - left);
        std::string const title =
            time::timestamp_text(timeline.wall(outage.from)).substr(11, 12) + " " + timeline.texts.text(first.why);
        marks += rectangle(left, width, 0, height, first.verdict == Verdict::unknown ? "maybe" : "bad", title);
    }
    return marks;
}

// A mark a span of time, as tall as its slowest good answer took; outages over them.
std::string lane_plot(Timeline const& timeline, Lane const& lane, LaneSummary const& summary) {
    constexpr double height = 26;
    // Fewer marks than probes, or every small unevenness would leave a hole.
    std::size_t const count = std::clamp<std::size_t>(summary.probes * 2 / 3, 1, k_most_marks);
    std::vector<double> slowest(count, -1);
    double const slow = std::max(1.0, static_cast<double>(summary.p99.count()));
    for (auto const& sample : lane.samples) {
        if (sample.verdict == Verdict::pass) {
            auto const place = static_cast<std::size_t>(share(timeline, sample.planned) * static_cast<double>(count));
            double& mark = slowest[std::min(place, count - 1)];
            mark = std::max(mark, static_cast<double>((sample.ended - sample.planned).count()) / slow);
        }
    }
    std::string inside;
    double const width = k_width / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (slowest[i] >= 0) {
            double const tall = 0.35 + 0.65 * std::min(1.0, slowest[i]);
            inside +=
                rectangle(static_cast<double>(i) * width, width * 1.02, height * (1 - tall), height * tall, "good", "");
        }
    }
    return svg(height, inside + outage_marks(timeline, lane, summary, height));
}

std::string lane_row(Timeline const& timeline, DuringFindings const& findings, std::size_t index) {
    Lane const& lane = timeline.lanes[index];
    LaneSummary const& summary = findings.lanes[index];
    std::size_t const bad = summary.failed + summary.unknown;
    std::string const detail = bad == 0 ? std::to_string(summary.probes) + " good, p95 " + length_text(summary.p95)
                                        : "<span class=no>" + std::to_string(bad) + " of " +
                                              std::to_string(summary.probes) + " not good</span>";
    return row(escaped_markup(lane.check->id) + (lane.kept ? " <span class=quiet>(kept alive)</span>" : ""), detail,
               lane_plot(timeline, lane, summary));
}

struct Point {
    Instant at{};
    double value = 0;
};

std::string area(Timeline const& timeline, std::vector<Point> const& points, double most) {
    constexpr double height = 34;
    if (points.empty()) {
        return svg(height, "");
    }
    std::string path = "M" + x_of(timeline, points.front().at) + "," + number(height);
    for (auto const& point : points) {
        path += " L" + x_of(timeline, point.at) + "," + number(height - (height - 2) * point.value / most);
    }
    path += " L" + x_of(timeline, points.back().at) + "," + number(height) + "Z";
    return svg(height, "<path d='" + path +
                           "' fill='var(--area)' fill-opacity='.55' stroke='var(--area)' "
                           "stroke-width='1.5' vector-effect='non-scaling-stroke'/>");
}

// The rows of what moved; the rest is said in one line, so that it does not hide what matters.
class DatabaseRows {
  public:
    explicit DatabaseRows(Timeline const& timeline) : m_timeline(timeline) {}

    template <class Value, class Text> void add(std::string const& label, Value value, Text text) {
        std::vector<Point> points;
        double most = 0;
        for (auto const& reading : m_timeline.database) {
            if (auto const seen = value(reading)) {
                points.push_back({reading.at, static_cast<double>(*seen)});
                most = std::max(most, static_cast<double>(*seen));
            }
        }
        if (points.empty()) {
            m_unseen += (m_unseen.empty() ? "" : ", ") + label;
        } else if (most <= 0) {
            m_none += (m_none.empty() ? "" : ", ") + label;
        } else {
            m_rows += row(label, "at most " + text(most), area(m_timeline, points, most));
        }
    }

    [[nodiscard]] std::string html() const {
        return m_rows +
               (m_none.empty() ? "" : row("", "", "<span class=quiet>none at any time: " + m_none + "</span>")) +
               (m_unseen.empty()
                    ? ""
                    : row("", "",
                          "<span class=quiet>nothing there, or not for this role to see: " + m_unseen + "</span>"));
    }

  private:
    Timeline const& m_timeline;
    std::string m_rows{};
    std::string m_none{};
    std::string m_unseen{};
};

std::string free_space(Timeline const& timeline) {
    std::optional<std::int64_t> least;
    for (auto const& reading : timeline.database) {
        least = reading.free_bytes ? std::min(least.value_or(*reading.free_bytes), *reading.free_bytes) : least;
    }
    return !least ? ""
                  : row("", "",
                        "<span class=quiet>free space was never below " +
                            log::size_text(static_cast<std::uint64_t>(std::max<std::int64_t>(0, *least))) + "</span>");
}

std::string database_rows(Timeline const& timeline) {
    if (timeline.database.empty()) {
        return {};
    }
    auto const count = [](double value) { return std::to_string(static_cast<std::int64_t>(value)); };
    auto const bytes = [](double value) { return log::size_text(static_cast<std::uint64_t>(std::max(0.0, value))); };
    auto const length = [](double value) { return seconds_text(value, 1) + " s"; };
    DatabaseRows rows(timeline);
    rows.add(
        "locks held", [](auto const& one) { return one.locks_held; }, count);
    rows.add(
        "exclusive locks", [](auto const& one) { return one.exclusive_locks; }, count);
    rows.add(
        "waiting for a lock", [](auto const& one) { return one.locks_awaited; }, count);
    rows.add(
        "longest blocked", [](auto const& one) { return one.longest_blocked_seconds; }, length);
    rows.add(
        "WAL written", [](auto const& one) { return one.written_bytes; }, bytes);
    rows.add(
        "replication lag", [](auto const& one) { return one.replication_lag_bytes; }, bytes);
    return rows.html() + free_space(timeline);
}

} // namespace

std::string chart_html(Timeline const& timeline, DuringFindings const& findings) {
    std::string html =
        "<h2>What happened when</h2>\n<div class=legend><span><i style='background:var(--good)'></i>good, "
        "taller is slower</span><span><i style='background:var(--bad)'></i>failed</span><span><i "
        "style='background:var(--maybe)'></i>could not look</span><span><i "
        "style='background:var(--old)'></i>old</span><span><i style='background:var(--new)'></i>new</span></div>\n";
    html += row("phase", "", bands(timeline, phase_bands(timeline)));
    if (!timeline.schema.empty()) {
        html += row("schema", "", bands(timeline, schema_bands(timeline, findings.matrix)));
    }
    if (!findings.matrix.old_revisions.empty()) {
        std::string revisions;
        for (auto const* set : {&findings.matrix.old_revisions, &findings.matrix.new_revisions}) {
            for (auto const& revision : *set) {
                revisions += (revisions.empty() ? "" : " → ") + escaped_markup(revision.substr(0, 12));
            }
        }
        html += row("code", revisions, code_row(timeline, findings.matrix));
    }
    for (std::size_t i = 0; i < timeline.lanes.size(); ++i) {
        html += lane_row(timeline, findings, i);
    }
    return html + row("", "", axis(timeline)) + database_rows(timeline);
}

} // namespace sluice::smoke
