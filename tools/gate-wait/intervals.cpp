#include "tools/gate-wait/intervals.hpp"

#include <algorithm>

namespace sluice::gate_wait {

Intervals merged(Intervals parts) {
    std::erase_if(parts, [](Interval const& one) { return one.begin >= one.end; });
    std::sort(parts.begin(), parts.end(), [](Interval const& a, Interval const& b) { return a.begin < b.begin; });
    Intervals joined;
    for (auto const& part : parts) {
        if (!joined.empty() && part.begin <= joined.back().end) {
            joined.back().end = std::max(joined.back().end, part.end);
        } else {
            joined.push_back(part);
        }
    }
    return joined;
}

Intervals both(Intervals const& left, Intervals const& right) {
    Intervals common;
    for (std::size_t i = 0, k = 0; i < left.size() && k < right.size();) {
        common.push_back({std::max(left[i].begin, right[k].begin), std::min(left[i].end, right[k].end)});
        left[i].end < right[k].end ? ++i : ++k;
    }
    return merged(std::move(common));
}

Intervals either(Intervals const& left, Intervals const& right) {
    Intervals all = left;
    all.insert(all.end(), right.begin(), right.end());
    return merged(std::move(all));
}

Intervals without(Intervals const& whole, Intervals const& holes) {
    Intervals rest;
    for (auto const& part : whole) {
        Instant begin = part.begin;
        for (auto const& hole : holes) {
            if (hole.end > begin && hole.begin < part.end) {
                rest.push_back({begin, hole.begin});
                begin = std::max(begin, hole.end);
            }
        }
        rest.push_back({begin, part.end});
    }
    return merged(std::move(rest));
}

} // namespace sluice::gate_wait
