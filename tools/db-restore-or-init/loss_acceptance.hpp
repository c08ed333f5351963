#pragma once

#include "common/result/result.hpp"
#include "tools/db-restore-or-init/loss_report.hpp"

#include <set>
#include <string>
#include <vector>

namespace sluice::db_restore {

/// What somebody has agreed to lose.
struct Acceptance {
    bool all = false;
    std::set<std::string> tables{}; ///< "schema.table" or `k_large_objects`
};

/// Reads the values of --accept-loss: `all`, `schema.table`, `large-objects`. Errors: usage.
[[nodiscard]] Result<Acceptance> parse_acceptance(std::vector<std::string> const& texts);

enum class LossVerdict { nothing_lost, accepted, refused };

struct LossDecision {
    LossVerdict verdict = LossVerdict::refused;
    std::string reason;                ///< one sentence
    std::string advice{};              ///< what to add to the command; empty unless refused
    std::vector<TableLoss> accepted{}; ///< what will be lost, as it was agreed to
};

/// Whether going back is agreed to. A loss of known size needs its table's name or `all`, one of unknown size needs
/// `all`. Rows inserted or updated in a `rescued` table are not lost, deletions undone there are. Pure.
[[nodiscard]] LossDecision judge_loss(LossReport const& report, Acceptance const& acceptance,
                                      std::set<std::string> const& rescued);

/// Errors: usage for a name that is no table of either state, with "did you mean".
[[nodiscard]] Result<void> check_tables_known(std::string const& option, std::set<std::string> const& given,
                                              std::vector<std::string> const& known);

[[nodiscard]] std::string name_of(LossVerdict verdict);

} // namespace sluice::db_restore
