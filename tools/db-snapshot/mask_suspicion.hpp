#pragma once

#include "common/postgres/session.hpp"
#include "tools/db-snapshot/mask_plan.hpp"

#include <string>
#include <vector>

namespace sluice::db_snapshot {

/// A column that stays in clear, or is undecided, and looks as if it held personal data.
struct Suspicion {
    std::string column; ///< "public.person.email"
    std::string reason; ///< "its name", "31 of 40 sampled values hold an e-mail address"
};

/// Why a column's name looks personal, or empty; pure.
[[nodiscard]] std::string personal_name(std::string const& column);

/// A rule that fits the column, as the mask file writes it, to begin with; pure.
[[nodiscard]] std::string suggested_rule(SourceColumn const& column);

/// Columns that are kept or undecided and look personal. The server judges some hundred values of each table and says
/// how many match; the values stay there. Errors: as `Session::query`.
[[nodiscard]] Result<std::vector<Suspicion>> find_suspicions(postgres::Session& session, MaskSource const& source,
                                                             MaskPlan const& plan);

} // namespace sluice::db_snapshot
