#pragma once

#include "tools/db-restore-or-init/plan.hpp"
#include "tools/db-restore-or-init/restore.hpp"

#include <string>

namespace sluice::db_restore {

// What reaches stdout: one line, or one JSON document (schema: result.schema.json). `--explain` prints several lines.

[[nodiscard]] std::string explanation_text(Plan const& plan);
[[nodiscard]] std::string outcome_text(Plan const& plan, Outcome const& outcome);
[[nodiscard]] std::string stopped_text(Plan const& plan);

/// `action` is what would be done (`explain`) or was done.
[[nodiscard]] Json plan_json(Plan const& plan, std::string const& stage, std::string const& action);
[[nodiscard]] Json outcome_json(Plan const& plan, Outcome const& outcome);

} // namespace sluice::db_restore
