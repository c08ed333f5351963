#pragma once

#include "tools/smoke/timeline.hpp"

#include <array>
#include <set>

namespace sluice::smoke {

enum class Age : std::size_t { old_one = 0, new_one = 1 };

struct Cell {
    std::size_t probes = 0;
    std::size_t failed = 0;
    [[nodiscard]] std::string_view verdict() const {
        return probes == 0 ? "not proven" : failed == 0 ? "works" : "broken";
    }
};

/// Which code met which schema. Old is what the baseline showed; whatever came later is new.
struct Matrix {
    std::array<std::array<Cell, 2>, 2> cells{}; ///< [code][schema]
    Cell unattributed{};                        ///< probes that say not which code answered, or met a change of schema
    std::set<std::string> old_revisions{};
    std::set<std::string> new_revisions{};
    std::set<std::string> old_schemas{};
    std::set<std::string> new_schemas{};
    [[nodiscard]] Cell const& at(Age code, Age schema) const {
        return cells.at(static_cast<std::size_t>(code)).at(static_cast<std::size_t>(schema));
    }
};

/// "old code x new schema".
[[nodiscard]] std::string cell_name(Age code, Age schema);

/// The version that the schema had all the time from `from` to `to`: the readings around agree. Nothing where they do
/// not, or where there is none on either side. Readings are in the order of their ends.
[[nodiscard]] std::optional<std::string> schema_between(std::vector<SchemaReading> const& readings, Instant from,
                                                        Instant to);

/// Pure.
[[nodiscard]] Matrix make_matrix(Timeline const& timeline);

/// The cell that a sample belongs to, by the ages that the matrix found.
[[nodiscard]] std::optional<std::pair<Age, Age>> cell_of(Timeline const& timeline, Matrix const& matrix,
                                                         Sample const& sample);

} // namespace sluice::smoke
