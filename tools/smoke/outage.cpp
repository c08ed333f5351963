#include "tools/smoke/outage.hpp"

#include "common/time/duration_text.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::smoke {

namespace {

std::vector<std::size_t> in_planned_order(std::vector<Sample> const& samples) {
    std::vector<std::size_t> order(samples.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return samples[a].planned < samples[b].planned; });
    return order;
}

std::vector<Outage> outages_of(std::vector<Sample> const& samples, std::vector<std::size_t> const& order, Instant end) {
    std::vector<Outage> outages;
    bool down = false;
    for (std::size_t const i : order) {
        Sample const& sample = samples[i];
        if (sample.verdict != Verdict::pass) {
            if (!down) {
                outages.push_back(Outage{sample.planned, end, 0, i, false});
            }
            ++outages.back().probes;
        } else if (down) {
            outages.back().to = sample.planned;
            outages.back().over = true;
        }
        down = sample.verdict != Verdict::pass;
    }
    return outages;
}

// By when the answers came: a stall shows even where every probe is good in the end.
Gap longest_gap(std::vector<Sample> const& samples, Instant end) {
    std::vector<Instant> good;
    for (auto const& sample : samples) {
        if (sample.verdict == Verdict::pass) {
            good.push_back(sample.ended);
        }
    }
    std::sort(good.begin(), good.end());
    if (good.empty()) {
        return {Instant{0}, end};
    }
    good.push_back(std::max(end, good.back()));
    Gap longest{good.front(), good.front()};
    for (std::size_t i = 1; i < good.size(); ++i) {
        if (good[i] - good[i - 1] > longest.length()) {
            longest = {good[i - 1], good[i]};
        }
    }
    return longest;
}

std::string text_of(Instant length) {
    return time::duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(length));
}

} // namespace

Instant quantile(std::vector<Instant> values, double q) {
    if (values.empty()) {
        return Instant{0};
    }
    std::sort(values.begin(), values.end());
    auto const rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
    return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

LaneSummary summarise(Lane const& lane, Instant end) {
    LaneSummary summary;
    std::vector<Instant> answers;
    std::vector<Instant> errors;
    for (auto const& sample : lane.samples) {
        ++summary.probes;
        summary.failed += sample.verdict == Verdict::fail ? 1 : 0;
        summary.unknown += sample.verdict == Verdict::unknown ? 1 : 0;
        answers.push_back(sample.ended - sample.planned);
        errors.push_back(sample.started - sample.planned);
    }
    summary.outages = outages_of(lane.samples, in_planned_order(lane.samples), end);
    auto const longest = std::max_element(summary.outages.begin(), summary.outages.end(),
                                          [](auto const& a, auto const& b) { return a.length() < b.length(); });
    if (longest != summary.outages.end()) {
        summary.longest_outage = *longest;
    }
    summary.longest_gap = longest_gap(lane.samples, end);
    summary.p50 = quantile(answers, 0.50);
    summary.p95 = quantile(answers, 0.95);
    summary.p99 = quantile(answers, 0.99);
    summary.schedule_error_p99 = quantile(errors, 0.99);
    return summary;
}

BudgetVerdict judge_budgets(Budgets const& budgets, LaneSummary const& summary) {
    std::size_t const bad = summary.failed + summary.unknown;
    bool const none_given = !budgets.failures && !budgets.outage && !budgets.gap;
    std::optional<std::uint64_t> const most = none_given ? std::optional<std::uint64_t>(0) : budgets.failures;
    if (most && bad > *most) {
        return {false, std::to_string(bad) + " probes were not good, allowed are " + std::to_string(*most)};
    }
    if (budgets.outage && summary.longest_outage && summary.longest_outage->length() > *budgets.outage) {
        return {false, "down for " + text_of(summary.longest_outage->length()) + ", allowed are " +
                           time::duration_text(*budgets.outage)};
    }
    if (budgets.gap && summary.longest_gap.length() > *budgets.gap) {
        return {false, "no good answer for " + text_of(summary.longest_gap.length()) + ", allowed are " +
                           time::duration_text(*budgets.gap)};
    }
    return {};
}

} // namespace sluice::smoke
