#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::snapshot {

/// A few numbers by which two chunks that share most of their lines are found to be alike, wherever they came from.
/// Each is the least of a hash over all lines, so that it agrees as often as a line of both is in both. Source: A.
/// Broder, "On the resemblance and containment of documents", 1997 (min-wise hashing).
struct Sketch {
    static constexpr std::size_t k_numbers = 4;
    std::array<std::uint32_t, k_numbers> least{};
    friend bool operator==(Sketch const&, Sketch const&) = default;
};

/// Lines end with "\n", as rows of COPY text do. What has none is one line.
[[nodiscard]] Sketch sketch_of(std::string_view plain);

/// 32 hex digits, and back; nothing for any other text.
[[nodiscard]] std::string to_text(Sketch const& sketch);
[[nodiscard]] std::optional<Sketch> parse_sketch(std::string_view text);

} // namespace sluice::snapshot
