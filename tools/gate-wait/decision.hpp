#pragma once

#include "tools/gate-wait/observation.hpp"

#include <cstddef>
#include <vector>

namespace sluice::gate_wait {

/// Conditions, by their place in the gate, combined.
struct Expression {
    enum class Kind { one, all, any, inverse } kind = Kind::one;
    std::size_t condition = 0;
    std::vector<Expression> parts{};
};

/// Why a gate can't open any more.
enum class Hopeless {
    not_yet, ///< it still can
    by_no,   ///< something ended that had to succeed
    by_doubt ///< something can't be observed and never will be
};

struct Decision {
    Truth truth = Truth::unknown;
    Hopeless hopeless = Hopeless::not_yet;
};

/// Combines in Kleene's three-valued logic; `seen` is indexed as the conditions are. An expression without parts is
/// unknown. A rejection by a person is a final no of the whole. Pure.
[[nodiscard]] Decision decide(Expression const& expression, std::vector<Observation> const& seen);

} // namespace sluice::gate_wait
