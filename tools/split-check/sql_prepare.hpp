#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::split_check {

/// A line that no SQL parser reads.
struct OpaqueLine {
    std::size_t line;
    std::string text;
};

/// The part of a file that a deploy runs, in a form that the parser takes. Every byte stays at its place, so that
/// lines stay right: what is not wanted is blanked out.
struct PreparedSql {
    std::string text;
    std::vector<OpaqueLine> opaque{}; ///< psql's backslash commands
    /// Where the first placeholder stands: its value is not known.
    std::optional<std::size_t> first_placeholder{};
};

/// Cuts off what undoes a migration, the byte order mark, psql's commands, COPY's data and placeholders.
[[nodiscard]] PreparedSql prepare_sql(std::string_view text, std::vector<std::string> const& up_markers,
                                      std::vector<std::string> const& down_markers);

/// Blanks every line from one that is a down marker to one that holds an up marker.
[[nodiscard]] std::string without_down_sections(std::string_view text, std::vector<std::string> const& up_markers,
                                                std::vector<std::string> const& down_markers);

} // namespace sluice::split_check
