#include "tools/split-check/model.hpp"

#include <algorithm>
#include <array>

namespace sluice::split_check {

namespace {

constexpr std::array<std::string_view, 5> k_classes{"neutral", "companion", "code", "migration", "unknown"};
constexpr std::array<std::string_view, 7> k_phases{"none", "expand", "contract", "data", "never", "mixed", "unknown"};
constexpr std::array<std::string_view, 4> k_safeties{"safe", "review", "unsafe", "unknown"};
constexpr std::array<std::string_view, 6> k_kinds{"empty", "neutral", "code", "migration", "mixed", "unknown"};

int badness(Safety value) {
    switch (value) {
    case Safety::safe: return 0;
    case Safety::review: return 1;
    case Safety::unknown: return 2;
    case Safety::unsafe: break;
    }
    return 3;
}

} // namespace

std::string_view name_of(FileClass value) { return k_classes.at(static_cast<std::size_t>(value)); }
std::string_view name_of(Phase value) { return k_phases.at(static_cast<std::size_t>(value)); }
std::string_view name_of(Safety value) { return k_safeties.at(static_cast<std::size_t>(value)); }
std::string_view name_of(Kind value) { return k_kinds.at(static_cast<std::size_t>(value)); }

std::optional<FileClass> file_class_of(std::string_view name) {
    auto const* const end = k_classes.end() - 1;
    auto const* const place = std::find(k_classes.begin(), end, name);
    if (place == end) {
        return std::nullopt;
    }
    return static_cast<FileClass>(place - k_classes.begin());
}

Safety worse(Safety a, Safety b) { return badness(a) >= badness(b) ? a : b; }

Phase joined(Phase a, Phase b) {
    if (a == Phase::unknown || b == Phase::unknown) {
        return Phase::unknown;
    }
    if (a == b || b == Phase::none) {
        return a;
    }
    return a == Phase::none ? b : Phase::mixed;
}

} // namespace sluice::split_check
