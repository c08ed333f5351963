#include "common/json/json.hpp"
#include "common/time/duration_text.hpp"
#include "common/time/timestamp.hpp"
#include "tools/gate-wait/commands.hpp"
#include "tools/gate-wait/gate_file.hpp"
#include "tools/gate-wait/local_time_text.hpp"
#include "tools/gate-wait/window_reading.hpp"

#include <ostream>

namespace sluice::gate_wait {

namespace {

using std::chrono::days;

constexpr days k_default_span{90};

TimeZone const* zone_of(Gate const& gate) {
    for (auto const& condition : gate.conditions) {
        if (auto const* window = std::get_if<WindowCondition>(&condition.spec)) {
            return window->window.zone.get();
        }
    }
    return nullptr;
}

// Conditions without a calendar are taken as they would have to be for the gate to open.
Intervals times_of(Expression const& expression, Gate const& gate, Interval span, bool inverted) {
    using Kind = Expression::Kind;
    Intervals const always{span};
    if (expression.kind == Kind::one) {
        auto const* window = std::get_if<WindowCondition>(&gate.conditions[expression.condition].spec);
        if (window == nullptr) {
            return inverted ? Intervals{} : always;
        }
        return both(always, openings(window->window, span, window->edges));
    }
    if (expression.kind == Kind::inverse) {
        return without(always, times_of(expression.parts.front(), gate, span, !inverted));
    }
    bool const all = expression.kind == Kind::all;
    Intervals combined = all ? always : Intervals{};
    for (auto const& part : expression.parts) {
        auto const times = times_of(part, gate, span, inverted);
        combined = all ? both(combined, times) : either(combined, times);
    }
    return combined;
}

// A day begins in the gate's zone.
Result<Instant> read_moment(std::string const& text, TimeZone const* zone) {
    if (auto const exact = time::parse_timestamp(text)) {
        return std::chrono::floor<std::chrono::seconds>(*exact);
    }
    TRY_ASSIGN(auto const day, parse_date(text));
    return zone == nullptr ? Instant{day.time_since_epoch()} : zone->instants_of(day).earliest;
}

Result<Interval> read_span(Options const& options, TimeZone const* zone, time::Clock& clock) {
    Interval span{std::chrono::floor<std::chrono::seconds>(clock.wall_now()), {}};
    if (!options.from.empty()) {
        TRY_ASSIGN(span.begin, read_moment(options.from, zone).map_error(while_doing("reading --from")));
    }
    span.end = span.begin + k_default_span;
    if (!options.to.empty()) {
        TRY_ASSIGN(span.end, read_moment(options.to, zone).map_error(while_doing("reading --to")));
    }
    if (span.end <= span.begin || span.end - span.begin > days{366 * 20}) {
        return fail(Errc::usage, "--to is not after --from, or more than twenty years later");
    }
    return span;
}

Json json_of(Intervals const& times) {
    Json list = Json::array();
    for (auto const& one : times) {
        list.push_back({{"opens", time::timestamp_text(one.begin)}, {"closes", time::timestamp_text(one.end)}});
    }
    return list;
}

Json json_of(Gate const& gate, Intervals const& times, Interval span) {
    Json windows = Json::object();
    Json assumed = Json::array();
    for (auto const& condition : gate.conditions) {
        if (auto const* window = std::get_if<WindowCondition>(&condition.spec)) {
            windows[condition.id] = json_of(openings(window->window, span, window->edges));
        } else {
            assumed.push_back(condition.id);
        }
    }
    return {{"version", 1},
            {"gate", gate.name},
            {"from", time::timestamp_text(span.begin)},
            {"to", time::timestamp_text(span.end)},
            {"openings", json_of(times)},
            {"windows", windows},
            {"assumed", assumed}};
}

std::string text_of(Gate const& gate, Intervals const& times, TimeZone const& zone) {
    std::string text;
    for (auto const& one : times) {
        text += local_text(zone, one.begin) + " to " + local_text(zone, one.end) + ", " +
                time::duration_text(one.end - one.begin) + "\n";
    }
    text += times.empty() ? "no opening in this time\n" : "";
    for (auto const& condition : gate.conditions) {
        if (!std::holds_alternative<WindowCondition>(condition.spec)) {
            text += "  and if '" + condition.id + "' (" + condition.type + ") holds\n";
        }
    }
    return text;
}

} // namespace

Result<cli::ExitCode> explain(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const gate, load_gate(options.gate, context.environment));
    TimeZone const* const zone = zone_of(gate);
    TRY_ASSIGN(auto const span, read_span(options, zone, context.clock));
    auto const times = times_of(gate.open_when, gate, span, false);
    if (options.common.json) {
        context.out << json::dump(json_of(gate, times, span)) << '\n';
    } else if (zone == nullptr) {
        context.out << "no window: the gate opens whenever its conditions hold\n";
    } else {
        context.out << text_of(gate, times, *zone);
    }
    return cli::ExitCode::ok;
}

Result<cli::ExitCode> lint(Options const& options, cli::Context& context) {
    TRY_ASSIGN(auto const gate, load_gate(options.gate, context.environment));
    if (options.common.json) {
        context.out << json::dump({{"version", 1},
                                   {"file", gate.file},
                                   {"gate", gate.name},
                                   {"conditions", gate.conditions.size()}})
                    << '\n';
    } else {
        context.out << gate.file << ": " << gate.conditions.size() << " conditions, nothing wrong\n";
    }
    return cli::ExitCode::ok;
}

} // namespace sluice::gate_wait
