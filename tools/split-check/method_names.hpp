#pragma once

#include "tools/split-check/model.hpp"

#include <string_view>

namespace sluice::split_check {

/// What a framework's method does to a schema. Rule 0: it only adds.
struct MethodName {
    std::string_view name;
    int rule;
    Phase phase;
};

/// Null for a word that is no method of a migration framework.
[[nodiscard]] MethodName const* method_named(std::string_view word);

} // namespace sluice::split_check
