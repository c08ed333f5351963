#include "tools/smoke/page.hpp"

#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/smoke/markup.hpp"
#include "tools/smoke/page_chart.hpp"
#include "tools/smoke/page_style.hpp"
#include "tools/smoke/reports.hpp"

#include <algorithm>

namespace sluice::smoke {

namespace {

std::string length_text(Instant length) {
    return time::duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(length));
}

// A command can be a whole script; its beginning says which.
std::string beginning(std::string const& text) {
    constexpr std::size_t longest = 100;
    return text.size() <= longest ? text : text.substr(0, longest) + " …";
}

// Why the run is red, before any picture.
std::string reasons(RunRecord const& record) {
    constexpr std::size_t most_shown = 5;
    std::string html;
    std::size_t shown = 0;
    for (auto const& one : record.checks) {
        bool const bad = one.finished && one.last.verdict != Verdict::pass;
        if (bad && shown++ < most_shown) {
            html +=
                "<p class=why><b>" + escaped_markup(one.check->id) + "</b>: " + escaped_markup(one.last.why) + "</p>\n";
        }
    }
    return html;
}

std::string headline(DuringFindings const& findings, RunRecord const& record, std::optional<int> exit_code) {
    std::string const word(verdict_of_code(exit_code));
    std::string capitals = word;
    std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                   [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    return R"(<header class=head><span class="badge )" + word + R"(">)" + capitals + "</span><div><h1><code>" +
           escaped_markup(beginning(findings.command)) + "</code></h1><div class=quiet>" +
           escaped_markup(record.environment) + " · " + time::timestamp_text(record.started).substr(0, 19) +
           " UTC · checks of <code>" + escaped_markup(record.file) + "</code></div></div></header>\n";
}

std::string fact(std::string const& look, std::string const& value, std::string const& name) {
    return R"(<div class="fact )" + look + R"("><b>)" + escaped_markup(value) + "</b><span class=quiet>" + name +
           "</span></div>";
}

std::string command_fact(Timeline const& timeline) {
    if (!timeline.command_exit) {
        return fact("bad", "not run", "command");
    }
    bool const good = *timeline.command_exit == 0;
    Instant const took = timeline.command_ended.value_or(timeline.ended) - timeline.command_began.value_or(Instant{0});
    return fact(good ? "good" : "bad", "exit " + std::to_string(*timeline.command_exit),
                (timeline.aborted ? "command, aborted after " : "command, ") + length_text(took));
}

std::string facts(Timeline const& timeline, DuringFindings const& findings) {
    std::size_t probes = 0;
    std::size_t bad = 0;
    Instant outage{0};
    Instant gap{0};
    for (auto const& lane : findings.lanes) {
        probes += lane.probes;
        bad += lane.failed + lane.unknown;
        outage = std::max(outage, lane.longest_outage ? lane.longest_outage->length() : Instant{0});
        gap = std::max(gap, lane.longest_gap.length());
    }
    return "<div class=facts>" + command_fact(timeline) +
           fact(bad == 0 ? "good" : "bad", std::to_string(bad) + " of " + std::to_string(probes), "probes not good") +
           fact(bad == 0 ? "good" : "bad", bad == 0 ? "none" : length_text(outage), "longest outage") +
           fact("", length_text(gap), "longest gap between good answers") + "</div>\n";
}

std::string matrix_cell(Cell const& cell) {
    std::string const look = cell.probes == 0 ? "none" : cell.failed == 0 ? "works" : "broken";
    std::string const detail =
        cell.probes == 0 ? "never met"
                         : std::to_string(cell.probes - cell.failed) + " of " + std::to_string(cell.probes) + " good";
    return "<td class=" + look + "><b>" + std::string(cell.verdict()) + "</b><span class=quiet>" + detail +
           "</span></td>";
}

std::string names(std::set<std::string> const& set) {
    std::string text;
    for (auto const& name : set) {
        text += (text.empty() ? "" : ", ") + escaped_markup(name);
    }
    return text.empty() ? "" : " <code>" + text + "</code>";
}

std::string matrix(Matrix const& matrix) {
    std::string html = "<h2>Which code met which schema</h2>\n<table class=matrix><tr><th></th><th>old schema" +
                       names(matrix.old_schemas) + "</th><th>new schema" + names(matrix.new_schemas) + "</th></tr>\n";
    for (Age const code : {Age::old_one, Age::new_one}) {
        bool const old = code == Age::old_one;
        html += std::string("<tr><th>") + (old ? "old code" : "new code") +
                names(old ? matrix.old_revisions : matrix.new_revisions) + "</th>" +
                matrix_cell(matrix.at(code, Age::old_one)) + matrix_cell(matrix.at(code, Age::new_one)) + "</tr>\n";
    }
    html += "</table>\n";
    if (matrix.unattributed.probes > 0) {
        html += "<p class=quiet>" + std::to_string(matrix.unattributed.probes) + " more probes, " +
                std::to_string(matrix.unattributed.failed) +
                " of them failed, came from no known code or while the schema changed.</p>\n";
    }
    return html;
}

std::string outages(Timeline const& timeline, DuringFindings const& findings) {
    constexpr std::size_t most_shown = 30;
    std::string rows;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < timeline.lanes.size(); ++i) {
        Lane const& lane = timeline.lanes[i];
        for (auto const& outage : findings.lanes[i].outages) {
            if (++shown > most_shown) {
                break;
            }
            rows += "<tr><td>" + escaped_markup(lane.name()) + "</td><td>" +
                    escaped_markup(outage_text(timeline, findings.matrix, lane, outage)) + "</td><td class=n>" +
                    std::to_string(outage.probes) + "</td><td>" +
                    escaped_markup(timeline.texts.text(lane.samples[outage.first].why)) + "</td></tr>\n";
        }
    }
    if (rows.empty()) {
        return {};
    }
    return "<h2>Outages</h2>\n<div class=scroll><table class=list><tr><th>check</th><th>how "
           "long</th><th>probes</th><th>first reason</th></tr>\n" +
           rows + "</table></div>\n";
}

std::string check_table(Timeline const& timeline, DuringFindings const& findings) {
    std::string html =
        "<h2>Checks</h2>\n<div class=scroll><table class=list><tr><th>check</th><th>every</th><th>good</th>"
        "<th>p50</th><th>p95</th><th>p99</th><th>longest gap</th><th>schedule error p99</th></tr>\n";
    for (std::size_t i = 0; i < timeline.lanes.size(); ++i) {
        LaneSummary const& lane = findings.lanes[i];
        std::string const good =
            std::to_string(lane.probes - lane.failed - lane.unknown) + " of " + std::to_string(lane.probes);
        html += "<tr><td>" + escaped_markup(timeline.lanes[i].name()) + "</td>";
        for (auto const& cell : {time::duration_text(timeline.lanes[i].check->interval), good, length_text(lane.p50),
                                 length_text(lane.p95), length_text(lane.p99), length_text(lane.longest_gap.length()),
                                 length_text(lane.schedule_error_p99)}) {
            html += "<td class=n>" + cell + "</td>";
        }
        html += "</tr>\n";
    }
    return html + "</table></div>\n";
}

} // namespace

std::string page_text(Timeline const& timeline, DuringFindings const& findings, RunRecord const& record,
                      std::optional<int> exit_code) {
    std::string html = "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport "
                       R"(content="width=device-width, initial-scale=1"><title>smoke: )" +
                       std::string(verdict_of_code(exit_code)) + "</title><style>" + std::string(k_page_style) +
                       "</style></head><body>\n" + headline(findings, record, exit_code);
    if (!exit_code) {
        html += "<p class=why>This run has not ended, or was killed before it could say how it went.</p>\n";
    }
    if (!findings.fatal.empty()) {
        html += "<p class=why>" + escaped_markup(findings.fatal) + "</p>\n";
    }
    html += reasons(record) + facts(timeline, findings);
    if (findings.lanes.size() == timeline.lanes.size() && !timeline.lanes.empty()) {
        html += chart_html(timeline, findings) + matrix(findings.matrix) + outages(timeline, findings) +
                check_table(timeline, findings);
    }
    return html + "</body></html>\n";
}

} // namespace sluice::smoke
