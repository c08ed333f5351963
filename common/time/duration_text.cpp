#include "common/time/duration_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>

namespace sluice::time {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

// Longest match first: "ms" must not be taken for "m".
constexpr std::array<Unit, 6> k_units{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}}};

tl::unexpected<Error> not_a_duration(std::string_view text) {
    return fail(Errc::usage, "'" + std::string(text) + "' is not a duration",
                "Write a number with a unit: 500ms, 30s, 5m, 2h, 7d or 2w.");
}

std::optional<std::int64_t> take_number(std::string_view& rest) {
    std::int64_t number = 0;
    auto const [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (failure != std::errc{} || number < 0) {
        return std::nullopt;
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return number;
}

std::optional<std::int64_t> take_unit(std::string_view& rest) {
    for (auto const& unit : k_units) {
        if (rest.starts_with(unit.name)) {
            rest.remove_prefix(unit.name.size());
            return unit.milliseconds;
        }
    }
    return std::nullopt;
}

std::string two_units(std::int64_t total, std::int64_t large, char large_name, std::int64_t small, char small_name) {
    std::string text = std::to_string(total / large) + large_name;
    std::int64_t const rest = total % large / small;
    return rest == 0 ? text : text + " " + std::to_string(rest) + small_name;
}

} // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::int64_t total = 0;
    std::string_view rest = text;
    do {
        auto const number = take_number(rest);
        auto const unit = number ? take_unit(rest) : std::nullopt;
        if (!unit || *number > (std::numeric_limits<std::int64_t>::max() - total) / *unit) {
            return not_a_duration(text);
        }
        total += *number * *unit;
    } while (!rest.empty());
    return std::chrono::milliseconds(total);
}

std::string duration_text(std::chrono::milliseconds duration) {
    std::int64_t const total = duration.count();
    if (total < 1'000) {
        return std::to_string(total) + "ms";
    }
    if (total < 60'000) {
        return std::to_string(total / 1'000) + "." + std::to_string(total % 1'000 / 100) + "s";
    }
    if (total < 3'600'000) {
        return two_units(total, 60'000, 'm', 1'000, 's');
    }
    return total < 86'400'000 ? two_units(total, 3'600'000, 'h', 60'000, 'm')
                              : two_units(total, 86'400'000, 'd', 3'600'000, 'h');
}

} // namespace sluice::time
