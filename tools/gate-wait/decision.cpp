#include "tools/gate-wait/decision.hpp"

#include <algorithm>
#include <array>

namespace sluice::gate_wait {

namespace {

Truth opposite(Truth truth) {
    switch (truth) {
    case Truth::open: return Truth::closed;
    case Truth::closed: return Truth::open;
    case Truth::unknown: break;
    }
    return Truth::unknown;
}

Decision of_one(Observation const& seen) {
    if (!seen.final || seen.truth == Truth::open) {
        return {seen.truth, Hopeless::not_yet};
    }
    return {seen.truth, seen.truth == Truth::closed ? Hopeless::by_no : Hopeless::by_doubt};
}

template <class Test> bool any_of(std::vector<Decision> const& parts, Test test) {
    return std::any_of(parts.begin(), parts.end(), test);
}

bool has(std::vector<Decision> const& parts, Truth truth) {
    return any_of(parts, [&](Decision const& one) { return one.truth == truth; });
}

bool has(std::vector<Decision> const& parts, Hopeless hopeless) {
    return any_of(parts, [&](Decision const& one) { return one.hopeless == hopeless; });
}

Decision of_all(std::vector<Decision> const& parts) {
    bool const nothing = parts.empty();
    Truth const truth = has(parts, Truth::closed)               ? Truth::closed
                        : nothing || has(parts, Truth::unknown) ? Truth::unknown
                                                                : Truth::open;
    Hopeless const hopeless = has(parts, Hopeless::by_no)      ? Hopeless::by_no
                              : has(parts, Hopeless::by_doubt) ? Hopeless::by_doubt
                                                               : Hopeless::not_yet;
    return {truth, hopeless};
}

Decision of_any(std::vector<Decision> const& parts) {
    bool const nothing = parts.empty();
    Truth const truth = has(parts, Truth::open)                 ? Truth::open
                        : nothing || has(parts, Truth::unknown) ? Truth::unknown
                                                                : Truth::closed;
    Hopeless const hopeless = nothing || has(parts, Hopeless::not_yet) ? Hopeless::not_yet
                              : has(parts, Hopeless::by_doubt)         ? Hopeless::by_doubt
                                                                       : Hopeless::by_no;
    return {truth, hopeless};
}

// A part that stays closed makes its inverse stay open; one that stays unknown, unknown.
Decision of_inverse(Decision const& part) {
    return {opposite(part.truth), part.hopeless == Hopeless::by_doubt ? Hopeless::by_doubt : Hopeless::not_yet};
}

Decision combine(Expression const& expression, std::vector<Observation> const& seen) {
    if (expression.kind == Expression::Kind::one) {
        return expression.condition < seen.size() ? of_one(seen[expression.condition]) : Decision{};
    }
    std::vector<Decision> parts;
    for (auto const& part : expression.parts) {
        parts.push_back(combine(part, seen));
    }
    switch (expression.kind) {
    case Expression::Kind::any: return of_any(parts);
    case Expression::Kind::inverse: return parts.size() == 1 ? of_inverse(parts.front()) : Decision{};
    default: return of_all(parts);
    }
}

} // namespace

std::string_view name_of(Truth truth) {
    constexpr std::array<std::string_view, 3> names{"open", "closed", "unknown"};
    return names.at(static_cast<std::size_t>(truth));
}

Decision decide(Expression const& expression, std::vector<Observation> const& seen) {
    if (std::any_of(seen.begin(), seen.end(), [](Observation const& one) { return one.rejected; })) {
        return {Truth::closed, Hopeless::by_no};
    }
    return combine(expression, seen);
}

} // namespace sluice::gate_wait
